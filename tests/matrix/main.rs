//! Who may call what: every method of the descriptors, by every kind of caller, over every road.
