//! Flow-control windows (RFC 9113 §5.2, §6.9).

/// The window that both sides start from (RFC 9113 §6.9.2).
pub(crate) const DEFAULT_WINDOW: u32 = 65_535;
/// RFC 9113 §6.9.1.
const MAX_WINDOW: i64 = i32::MAX as i64;

/// A window was moved beyond 2^31-1, or overrun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WindowError;

/// What the peer still lets us send. Negative after the peer lowered its initial window size
/// (RFC 9113 §6.9.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SendWindow(i32);

impl SendWindow {
    pub(crate) fn new(size: u32) -> Self {
        Self(i32::try_from(size).unwrap_or(i32::MAX))
    }

    /// The window itself, which may be negative.
    #[cfg(test)]
    pub(crate) fn size(self) -> i32 {
        self.0
    }

    #[inline]
    pub(crate) fn available(self) -> usize {
        self.0.max(0) as usize
    }

    #[inline]
    pub(crate) fn consume(&mut self, bytes: usize) {
        debug_assert!(bytes <= self.available(), "sent more than the window");
        self.0 -= bytes as i32;
    }

    /// Moves the window by a WINDOW_UPDATE or by a change of the initial size.
    pub(crate) fn shift(&mut self, by: i64) -> Result<(), WindowError> {
        let moved = i64::from(self.0) + by;
        if moved > MAX_WINDOW {
            return Err(WindowError);
        }
        self.0 = i32::try_from(moved).map_err(|_| WindowError)?;
        Ok(())
    }
}

/// What we still let the peer send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecvWindow {
    /// What the peer may still send.
    left: i32,
    /// Credit that the peer has not been told of.
    credit: u32,
    /// The size we keep the window at.
    size: u32,
    /// Credit that is kept back, since the window is to become smaller.
    debt: u32,
}

impl RecvWindow {
    pub(crate) fn new(size: u32) -> Self {
        Self { left: i32::try_from(size).unwrap_or(i32::MAX), credit: 0, size, debt: 0 }
    }

    #[cfg(test)]
    pub(crate) fn left(self) -> i32 {
        self.left
    }

    #[cfg(test)]
    pub(crate) fn size(self) -> u32 {
        self.size
    }

    /// Whether the peer may send so many bytes.
    #[inline]
    pub(crate) fn has_room(&self, bytes: u32) -> bool {
        i64::from(self.left) >= i64::from(bytes)
    }

    /// Takes what the peer sent. An empty frame needs no window (RFC 9113 §6.9.1), not even where a
    /// lower initial size has left less than none.
    #[inline]
    pub(crate) fn receive(&mut self, bytes: u32) -> Result<(), WindowError> {
        let left = i64::from(self.left) - i64::from(bytes);
        if left < 0 && bytes > 0 {
            return Err(WindowError);
        }
        self.left = left as i32;
        Ok(())
    }

    /// Gives room back; it is announced by [`announce`](Self::announce).
    #[inline]
    pub(crate) fn credit(&mut self, bytes: u32) {
        let kept_back = bytes.min(self.debt);
        self.debt -= kept_back;
        self.credit = self.credit.saturating_add(bytes - kept_back);
    }

    /// The increment of the WINDOW_UPDATE to send now: nothing until half the window is missing,
    /// so that updates stay few.
    #[inline]
    pub(crate) fn announce(&mut self) -> Option<u32> {
        if !self.is_due() {
            return None;
        }
        let increment = std::mem::take(&mut self.credit);
        self.left = self.left.saturating_add_unsigned(increment);
        Some(increment)
    }

    /// Whether there is something to announce.
    #[inline]
    pub(crate) fn is_due(&self) -> bool {
        self.credit > 0 && self.credit >= self.size / 2
    }

    /// Grows or shrinks the window by a change of what it started from, which the peer is told by
    /// SETTINGS.
    pub(crate) fn resize(&mut self, size: u32) {
        let delta = i64::from(size) - i64::from(self.size);
        self.size = size;
        let left = i64::from(self.left) + delta;
        self.left = left.clamp(i64::from(i32::MIN), MAX_WINDOW) as i32;
    }

    /// Grows the window by telling the peer with the next WINDOW_UPDATE.
    pub(crate) fn grow(&mut self, size: u32) {
        if let Some(more) = size.checked_sub(self.size) {
            self.size = size;
            let forgiven = more.min(self.debt);
            self.debt -= forgiven;
            self.credit = self.credit.saturating_add(more - forgiven);
        }
    }

    /// Lets the window become smaller as the peer uses it.
    pub(crate) fn shrink(&mut self, size: u32) {
        if let Some(less) = self.size.checked_sub(size) {
            self.size = size;
            let at_once = less.min(self.credit);
            self.credit -= at_once;
            self.debt += less - at_once;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_send_window_can_go_below_zero_but_not_over_the_top() {
        let mut window = SendWindow::new(100);
        window.consume(60);
        window.shift(-100).expect("lowered");
        assert_eq!(window.available(), 0);
        window.shift(59).expect("still negative");
        assert_eq!(window.available(), 0);
        window.shift(2).expect("positive again");
        assert_eq!(window.available(), 1);
        assert_eq!(window.shift(i64::from(i32::MAX)), Err(WindowError));
        assert_eq!(window.available(), 1);
    }

    #[test]
    fn a_receive_window_is_announced_by_halves() {
        let mut window = RecvWindow::new(100);
        window.receive(100).expect("fits");
        assert_eq!(window.receive(1), Err(WindowError));
        window.credit(49);
        assert_eq!(window.announce(), None);
        window.credit(1);
        assert_eq!(window.announce(), Some(50));
        assert_eq!(window.announce(), None);
        window.receive(50).expect("announced");
        assert_eq!(window.receive(1), Err(WindowError));
    }

    #[test]
    fn a_window_shrinks_by_use_and_grows_again() {
        let mut window = RecvWindow::new(100);
        window.receive(30).expect("fits");
        window.credit(30);
        window.shrink(40);
        assert_eq!(window.announce(), None, "60 are kept back");
        window.receive(70).expect("the peer was promised as much");
        window.credit(70);
        assert_eq!(window.announce(), Some(40));
        assert_eq!(window.left(), 40);
        window.grow(100);
        assert_eq!(window.announce(), Some(60));
        assert_eq!(window.left(), 100);
    }

    #[test]
    fn growing_and_resizing() {
        let mut window = RecvWindow::new(100);
        window.grow(300);
        assert_eq!(window.announce(), Some(200));
        assert_eq!(window.left(), 300);
        window.resize(50);
        assert_eq!(window.left(), 50);
        assert_eq!(window.size(), 50);
    }

    #[test]
    fn nothing_fits_into_less_than_no_window() {
        let mut window = RecvWindow::new(100);
        window.receive(80).expect("fits");
        window.resize(10);
        assert_eq!(window.left(), -70);
        window.receive(0).expect("it takes no room");
        assert_eq!(window.receive(1), Err(WindowError));
    }
}
