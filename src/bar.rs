//! The line on the standard error that says how far a long evaluation is.
//!
//! It appears after a second, if the standard error is a terminal, and is gone before anything
//! else is written there. There is one standard error, so there is one line: whoever writes calls
//! [`clear`] first. What it shows follows from looks at a [`Watch`] and the time alone.

use arr::{Progress, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::VecDeque;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long an evaluation takes before it has a line.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is drawn.
const INTERVAL: Duration = Duration::from_millis(125);
/// Looks that are kept of an evaluation.
const LOOKS: usize = 64;
/// The least time over which speed is measured.
const SPAN: Duration = Duration::from_secs(5);
/// Characters of the bar.
const WIDTH: usize = 24;

/// The line of the process.
static LINE: Mutex<Option<Line>> = Mutex::new(None);

/// Shows what a session does from now on, if the standard error is a terminal that can.
pub fn show(watch: Watch) {
    let dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
    if dumb || !std::io::stderr().is_terminal() {
        return;
    }
    let mut line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    let first = line.is_none();
    let target = || ProgressDrawTarget::stderr_with_hz(20);
    *line = Some(Line::new(watch, Box::new(target)));
    drop(line);
    if first {
        let started = Instant::now();
        // Without a thread there is no line.
        let _ = std::thread::Builder::new().name("arr-progress".into()).spawn(move || {
            loop {
                std::thread::sleep(INTERVAL);
                if let Some(line) = &mut *LINE.lock().unwrap_or_else(PoisonError::into_inner) {
                    line.tick(started.elapsed());
                }
            }
        });
    }
}

/// Removes the line; it comes again if the evaluation goes on.
pub fn clear() {
    if let Some(line) = &mut *LINE.lock().unwrap_or_else(PoisonError::into_inner) {
        line.clear();
    }
}

/// Removes the line for good, from wherever the process ends: gives up rather than wait.
pub fn end() {
    if let Ok(mut line) = LINE.try_lock()
        && let Some(mut line) = line.take()
    {
        line.clear();
    }
}

/// What makes a place to draw on.
type Target = Box<dyn Fn() -> ProgressDrawTarget + Send>;

struct Line {
    watch: Box<dyn Fn() -> Option<Progress> + Send>,
    target: Target,
    bar: Option<ProgressBar>,
    pace: Option<Pace>,
}

impl Line {
    fn new(watch: Watch, target: Target) -> Line {
        Line { watch: Box::new(move || watch.now()), target, bar: None, pace: None }
    }

    /// Draws, or removes what was drawn; `now` is a time that goes forward.
    fn tick(&mut self, now: Duration) {
        let Some(progress) = (self.watch)() else {
            self.clear();
            self.pace = None;
            return;
        };
        if self.pace.as_ref().is_none_or(|p| p.run != progress.run) {
            self.clear();
            self.pace = Some(Pace::new(progress.run, now));
        }
        let Some(pace) = &mut self.pace else { return };
        let shown = pace.look(now, &progress);
        if now.saturating_sub(pace.began) < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, (self.target)());
            bar.set_style(ProgressStyle::with_template("{wide_msg}").expect("a template"));
            bar
        });
        // All of it in one text is drawn at once.
        bar.set_message(shown.text(&progress));
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// The pace of one evaluation.
struct Pace {
    run: u64,
    began: Duration,
    /// Times, how much was done then, bytes moved by then; the oldest first.
    looks: VecDeque<(Duration, f64, u64)>,
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Shown {
    /// From 0 to 1; never less than before.
    done: f64,
    /// The time it still takes, if that can be said.
    left: Option<Duration>,
    /// Bytes per second.
    speed: f64,
}

impl Pace {
    fn new(run: u64, began: Duration) -> Pace {
        Pace { run, began, looks: VecDeque::from([(began, 0.0, 0)]) }
    }

    /// A look at the evaluation. Speed is measured over the last quarter of the time, but not less
    /// than over [`SPAN`].
    fn look(&mut self, now: Duration, progress: &Progress) -> Shown {
        let (_, before, moved) = self.looks.back().copied().unwrap_or_default();
        let done = progress.done.clamp(before, 1.0);
        let bytes = progress.bytes.max(moved);
        if self.looks.len() >= LOOKS {
            // Every second one is enough for longer times.
            let mut number = 0;
            self.looks.retain(|_| {
                number += 1;
                number % 2 == 1
            });
        }
        self.looks.push_back((now, done, bytes));
        let span = SPAN.max((now - self.began) / 4);
        let from = self.looks.iter().rev().find(|l| now.saturating_sub(l.0) >= span);
        let (then, was, had) = from.or(self.looks.front()).copied().unwrap_or_default();
        let seconds = now.saturating_sub(then).as_secs_f64();
        let rate = if seconds > 0.0 { (done - was) / seconds } else { 0.0 };
        let left = (rate > 0.0).then(|| Duration::try_from_secs_f64((1.0 - done) / rate).ok());
        let speed = if seconds > 0.0 { (bytes - had) as f64 / seconds } else { 0.0 };
        Shown { done, left: left.flatten(), speed }
    }
}

impl Shown {
    /// The line.
    fn text(&self, progress: &Progress) -> String {
        let left = self.left.map_or("-:--".into(), clock);
        let full = (self.done * WIDTH as f64) as usize;
        format!(
            "[{}{}] {:3.0} %  {left} left  {}/s  memory {} of {}",
            "#".repeat(full),
            "-".repeat(WIDTH - full),
            (self.done * 100.0).floor(),
            arr::bytes_text(self.speed as usize),
            arr::bytes_text(progress.memory_used),
            arr::bytes_text(progress.memory_limit),
        )
    }
}

/// `0:07`, `12:34`, `1:02:03`, `3 d 04 h`.
fn clock(time: Duration) -> String {
    // The last second is not shown as none.
    let seconds = time.as_secs_f64().ceil() as u64;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match hours {
        0 => format!("{minutes}:{:02}", seconds % 60),
        1..48 => format!("{hours}:{minutes:02}:{:02}", seconds % 60),
        48..24_000 => format!("{} d {:02} h", hours / 24, hours % 24),
        _ => "-:--".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::TermLike;
    use std::io;
    use std::sync::Arc;

    fn at(run: u64, done: f64, bytes: u64) -> Progress {
        Progress { run, done, bytes, memory_used: 3 << 20, memory_limit: 512 << 20 }
    }

    const fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn the_time_left_follows_the_pace_of_late() {
        let mut pace = Pace::new(1, seconds(10));
        let first = pace.look(seconds(10), &at(1, 0.0, 0));
        assert_eq!(first, Shown { done: 0.0, left: None, speed: 0.0 });
        // A twentieth per second at first.
        for i in 1..=8 {
            let shown = pace.look(seconds(10 + i), &at(1, 0.05 * i as f64, 1000 * i));
            let left = shown.left.unwrap().as_secs_f64();
            assert!((left - (20.0 - i as f64)).abs() < 1e-6, "{i}: {left}");
            assert!((shown.speed - 1000.0).abs() < 1e-6);
        }
        // Then a hundredth: after a while that is the pace.
        let slow =
            (1..=20).map(|i| pace.look(seconds(18 + i), &at(1, 0.4 + 0.01 * i as f64, 8000)));
        let last = slow.last().unwrap();
        assert!((last.left.unwrap().as_secs_f64() - 40.0).abs() < 1e-6, "{last:?}");
        assert_eq!(last.speed, 0.0);
        // Nothing is done any more: no guess. What was done stays done.
        let stuck = (1..=60).map(|i| pace.look(seconds(38 + i), &at(1, 0.5, 0))).last().unwrap();
        assert_eq!((stuck.done > 0.59, stuck.left), (true, None));
    }

    #[test]
    fn looks_are_few_however_long_it_takes() {
        let mut pace = Pace::new(1, seconds(0));
        for i in 1..100_000u64 {
            let shown = pace.look(seconds(i), &at(1, i as f64 / 1e5, i));
            let left = shown.left.unwrap().as_secs_f64();
            assert!((left - (1e5 - i as f64)).abs() < 1e-3, "{i}: {left}");
            assert!(pace.looks.len() <= LOOKS + 1);
        }
    }

    #[test]
    fn times_and_texts() {
        for (time, text) in [
            (0.0, "0:00"),
            (0.2, "0:01"),
            (59.0, "0:59"),
            (754.0, "12:34"),
            (3723.0, "1:02:03"),
            (273_600.0, "3 d 04 h"),
            (1e12, "-:--"),
        ] {
            assert_eq!(clock(Duration::from_secs_f64(time)), text);
        }
        let shown = Shown { done: 0.999, left: Some(seconds(7)), speed: 1536.0 };
        let text = shown.text(&at(1, 0.999, 0));
        assert_eq!(
            text,
            "[#######################-]  99 %  0:07 left  1.50 kiB/s  memory 3.00 MiB of 512.00 MiB"
        );
    }

    /// A terminal of one line that notes what it shows after each flush.
    #[derive(Debug, Default)]
    struct Screen(Arc<Mutex<(String, Vec<String>)>>);

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            60
        }
        fn move_cursor_up(&self, n: usize) -> io::Result<()> {
            assert_eq!(n, 0, "there is one line");
            Ok(())
        }
        fn move_cursor_down(&self, n: usize) -> io::Result<()> {
            self.move_cursor_up(n)
        }
        fn move_cursor_right(&self, _n: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _n: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            panic!("a line is left behind: {text}")
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().0 += text;
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.0.lock().unwrap().0.clear();
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            let mut screen = self.0.lock().unwrap();
            let now = screen.0.trim_end().to_string();
            screen.1.push(now);
            Ok(())
        }
    }

    #[test]
    fn the_line_comes_after_a_second_and_goes_without_a_trace() {
        let screen = Arc::new(Mutex::new((String::new(), vec![])));
        let now = Arc::new(Mutex::new(None));
        let (seen, shown) = (now.clone(), screen.clone());
        let mut line = Line {
            watch: Box::new(move || *seen.lock().unwrap()),
            target: Box::new(move || {
                ProgressDrawTarget::term_like(Box::new(Screen(shown.clone())))
            }),
            bar: None,
            pace: None,
        };
        let mut look = |milliseconds: u64, progress: Option<Progress>| {
            *now.lock().unwrap() = progress;
            line.tick(Duration::from_millis(milliseconds));
            screen.lock().unwrap().0.trim_end().to_string()
        };
        assert_eq!(look(0, None), "");
        assert_eq!(look(100, Some(at(1, 0.0, 0))), "");
        assert_eq!(look(1000, Some(at(1, 0.2, 9000))), "");
        let drawn = look(1100, Some(at(1, 0.25, 10_000)));
        // What the terminal has no room for is cut.
        assert_eq!(drawn, "[######------------------]  25 %  0:03 left  9.77 kiB/s  mem");
        // Another evaluation has to take its own second.
        assert_eq!(look(1300, Some(at(2, 0.5, 0))), "");
        assert!(look(2400, Some(at(2, 0.5, 0))).starts_with("[############-"));
        assert_eq!(look(2500, None), "");
        assert_eq!(look(9000, None), "");
        assert!(screen.lock().unwrap().1.iter().all(|s| s.is_empty() || s.starts_with('[')));
    }
}
