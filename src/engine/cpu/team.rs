//! Threads that share the work of one arm. What is shared out never depends on how many they are, and no two parts write
//! the same number: the bits are those of one thread.

/// One thread and its helpers, which wait between two calls of [`Team::each`].
pub struct Team {
    #[cfg(not(target_arch = "wasm32"))]
    helpers: Option<helpers::Helpers>,
}

impl Team {
    /// `threads` threads in all, the caller's among them. In the page always one.
    pub fn new(threads: usize) -> Self {
        #[cfg(target_arch = "wasm32")]
        let _ = threads;
        Self {
            #[cfg(not(target_arch = "wasm32"))]
            helpers: (threads > 1).then(|| helpers::Helpers::new(threads - 1)),
        }
    }

    /// How many threads.
    pub fn threads(&self) -> usize {
        #[cfg(not(target_arch = "wasm32"))]
        let helpers = self.helpers.as_ref().map_or(0, helpers::Helpers::count);
        #[cfg(target_arch = "wasm32")]
        let helpers = 0;
        1 + helpers
    }

    /// Does `task` for every item, each on the thread that is free; returns when all are done.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn each<I: Iterator<Item: Send> + Send>(&self, items: I, task: impl Fn(I::Item) + Sync) {
        let Some(helpers) = &self.helpers else { return items.for_each(task) };
        let queue = std::sync::Mutex::new(items);
        let next = || queue.lock().expect("no task panics while it holds the queue").next();
        helpers.share(&|| {
            while let Some(item) = next() {
                task(item);
            }
        });
    }

    /// Does `task` for every item.
    #[cfg(target_arch = "wasm32")]
    pub fn each<I: Iterator>(&self, items: I, task: impl Fn(I::Item)) {
        items.for_each(task);
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod helpers {
    use std::sync::{Arc, Condvar, Mutex, MutexGuard};
    use std::thread::JoinHandle;

    /// What every thread does, at the same time.
    type Work<'a> = dyn Fn() + Sync + 'a;

    #[derive(Default)]
    struct State {
        work: Option<&'static Work<'static>>,
        /// Counts the calls, so that a helper does each once.
        call: u64,
        /// Helpers that have not finished this call.
        busy: usize,
        panicked: bool,
        quit: bool,
    }

    #[derive(Default)]
    struct Shared {
        state: Mutex<State>,
        called: Condvar,
        finished: Condvar,
    }

    impl Shared {
        fn state(&self) -> MutexGuard<'_, State> {
            self.state.lock().expect("nothing panics while it holds the state")
        }
    }

    pub struct Helpers {
        shared: Arc<Shared>,
        threads: Vec<JoinHandle<()>>,
    }

    impl Helpers {
        pub fn new(count: usize) -> Self {
            let shared = Arc::<Shared>::default();
            let thread = |_| {
                let shared = shared.clone();
                std::thread::spawn(move || help(&shared))
            };
            Self { threads: (0..count).map(thread).collect(), shared }
        }

        pub fn count(&self) -> usize {
            self.threads.len()
        }

        /// Every thread calls `work` once, this one too; returns when all have returned from it.
        pub fn share(&self, work: &Work<'_>) {
            /// Waits for the helpers even where `work` panics here.
            struct Wait<'a>(&'a Shared);
            impl Drop for Wait<'_> {
                fn drop(&mut self) {
                    let mut state = self.0.state();
                    while state.busy > 0 {
                        state = self.0.finished.wait(state).expect("nothing panics while it holds the state");
                    }
                    state.work = None;
                }
            }
            // SAFETY: only the lifetime changes. The helpers use the reference between here and the end of their call, and
            // `Wait` does not let this function return or unwind before they have ended it.
            let endless = unsafe { std::mem::transmute::<&Work<'_>, &'static Work<'static>>(work) };
            {
                let mut state = self.shared.state();
                (state.work, state.busy) = (Some(endless), self.threads.len());
                state.call += 1;
            }
            let wait = Wait(&self.shared);
            self.shared.called.notify_all();
            work();
            drop(wait);
            assert!(!std::mem::take(&mut self.shared.state().panicked), "a helper panicked");
        }
    }

    fn help(shared: &Shared) {
        let mut done = 0;
        loop {
            let work = {
                let mut state = shared.state();
                while state.call == done && !state.quit {
                    state = shared.called.wait(state).expect("nothing panics while it holds the state");
                }
                if state.quit {
                    return;
                }
                done = state.call;
                state.work
            };
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work.map(|work| work())));
            let mut state = shared.state();
            state.panicked |= result.is_err();
            state.busy -= 1;
            if state.busy == 0 {
                shared.finished.notify_one();
            }
        }
    }

    impl Drop for Helpers {
        fn drop(&mut self) {
            self.shared.state().quit = true;
            self.shared.called.notify_all();
            for thread in self.threads.drain(..) {
                // A helper's panic was reported by `share`.
                let _ = thread.join();
            }
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_done_once_call_after_call() {
        for threads in [1, 2, 5] {
            let team = Team::new(threads);
            assert_eq!(team.threads(), threads);
            let mut numbers = vec![0; 100];
            for _ in 0..50 {
                team.each(numbers.chunks_mut(7), |chunk| chunk.iter_mut().for_each(|x| *x += 1));
            }
            assert!(numbers.iter().all(|&x| x == 50), "{numbers:?}");
        }
    }

    #[test]
    fn a_panic_arrives_where_the_work_was_given_and_the_team_goes_on() {
        let team = Team::new(3);
        let bad = || team.each(0..100, |i| assert!(i != 50, "the fiftieth"));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(bad)).is_err());
        team.each(0..3, |_| ());
    }
}
