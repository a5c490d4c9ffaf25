//! How often the page is drawn while it trains. Hands are answered at once; news of the trainer wait, and the longer the more
//! a frame costs: drawing must not take the processor away from training.

use egui::{Context, Id};
use std::time::Duration;

/// The shortest wait after news of the trainer: thirty frames a second are as many as numbers need.
const SHORTEST: Duration = Duration::from_millis(33);
/// The longest wait: whoever looks must see that it trains.
const LONGEST: Duration = Duration::from_millis(500);
/// The part of a core that drawing may take while nobody touches the page.
const SHARE: f64 = 0.15;
/// The same under hands, beside the frames that hands ask for themselves.
const SHARE_UNDER_HANDS: f64 = 0.5;
/// Seconds without a sign of hands after which nobody touches the page.
const REST_SECS: f64 = 1.0;
/// Seconds between two requests that training give way. Each holds longer than this.
const ASK_EVERY_SECS: f64 = 0.2;
/// A GPU that is done within a refresh of the screen is a real one and takes no core, seconds.
const REFRESH_SECS: f64 = 0.017;
/// The weight of the newest frame in the mean.
const NEWEST: f64 = 0.3;

/// What is known of the cost of frames.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// The page's own part, seconds.
    own: f64,
    /// That of whoever rasters, where it is a processor, seconds.
    raster: f64,
    /// When hands were last seen, seconds.
    touched: Option<f64>,
    /// When training was last asked to give way, seconds.
    asked: Option<f64>,
}

impl Pace {
    /// Takes note of the page's own time for a frame, seconds.
    pub fn drew(&mut self, secs: f64) {
        self.own += NEWEST * (secs - self.own);
    }

    /// Takes note of how long the rastering of a frame took, seconds.
    pub fn rastered(&mut self, secs: f64) {
        let secs = if secs > REFRESH_SECS { secs } else { 0.0 };
        self.raster += NEWEST * (secs - self.raster);
    }

    /// Takes note of hands. True where training should be asked to give way to them: a processor that draws and trains
    /// would keep them waiting.
    pub fn touch(&mut self, now_secs: f64) -> bool {
        self.touched = Some(now_secs);
        let asks = self.raster > 0.0 && self.asked.is_none_or(|at| now_secs - at > ASK_EVERY_SECS);
        if asks {
            self.asked = Some(now_secs);
        }
        asks
    }

    /// How long news wait for a frame.
    pub fn wait(&self, now_secs: f64) -> Duration {
        let resting = self.touched.is_none_or(|at| now_secs - at > REST_SECS);
        let share = if resting { SHARE } else { SHARE_UNDER_HANDS };
        Duration::from_secs_f64((self.own + self.raster) / share).clamp(SHORTEST, LONGEST)
    }
}

fn id() -> Id {
    Id::unique("wait for news")
}

/// Says how long news wait from now on.
pub fn set_wait(ctx: &Context, wait: Duration) {
    ctx.data_mut(|d| d.insert_temp(id(), wait));
}

/// News of the trainer wait: draws them in time. May be called from any thread.
pub fn news(ctx: &Context) {
    let wait = ctx.data(|d| d.get_temp(id())).unwrap_or(SHORTEST);
    ctx.request_repaint_after(wait);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(own: f64, raster: f64) -> Pace {
        let mut pace = Pace::default();
        for _ in 0..50 {
            pace.drew(own);
            pace.rastered(raster);
        }
        pace
    }

    #[test]
    fn cheap_frames_come_thirty_times_a_second() {
        assert_eq!(Pace::default().wait(0.0), SHORTEST);
        assert_eq!(after(0.003, 0.016).wait(0.0), SHORTEST, "a GPU within its refresh takes no core");
    }

    #[test]
    fn dear_frames_take_their_share_and_no_more() {
        let wait = after(0.010, 0.035).wait(0.0).as_secs_f64();
        assert!((wait - 0.3).abs() < 1e-6, "{wait}");
        assert_eq!(after(1.0, 1.0).wait(0.0), LONGEST);
    }

    #[test]
    fn training_gives_way_where_the_processor_draws() {
        let mut pace = after(0.010, 0.035);
        assert!(pace.touch(7.0));
        assert!(!pace.touch(7.1), "once is enough for a while");
        assert!(pace.touch(7.3));
        assert!(!after(0.010, 0.005).touch(7.0), "a real GPU needs nothing of the processor");
    }

    #[test]
    fn hands_are_followed_closely_for_a_second() {
        let mut pace = after(0.010, 0.035);
        pace.touch(7.0);
        assert!((pace.wait(7.5).as_secs_f64() - 0.09).abs() < 1e-6);
        assert!((pace.wait(8.1).as_secs_f64() - 0.3).abs() < 1e-6);
    }
}
