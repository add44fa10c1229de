//! Input as orders: a byte says what happens next, those behind it say how. There is always one more, and it is 0.

pub(super) struct Orders<'a>(&'a [u8]);

impl<'a> Orders<'a> {
    pub(super) fn new(input: &'a [u8]) -> Self {
        Self(input)
    }

    /// Whether everything that was said is taken.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    /// As many bytes as the next one says, as far as there are so many.
    pub(super) fn bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.next()).min(self.0.len());
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes
    }

    pub(super) fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::from(self.next()) % of.len()]
    }
}
