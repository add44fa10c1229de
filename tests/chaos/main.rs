//! What breaks on the way: cuts at any byte, eaten acknowledgements, malformed frames.
