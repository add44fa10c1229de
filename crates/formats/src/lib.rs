//! Files to quizzes and back, and results to files.
