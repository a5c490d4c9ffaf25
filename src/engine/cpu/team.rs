//! Threads that share the work of one arm. What is shared out never depends on how many they are, and no two parts write
//! the same number: the bits are those of one thread.

/// Multiply-adds of a forward pass that a second and every further thread is worth waking for.
///
/// Measured on two cores that had other work too, with a ConvNet of 0.23 million an image: two threads take of one's time
/// 1.1 with 4 images, 1.0 with 8, 0.9 with 16 and 0.75 to 0.9 with 32. The threshold is one for
/// the whole step and not for an operation: a thread that sleeps through a small operation comes late to the next, so
/// that leaving small ones to the caller made steps longer.
const WORTH_A_THREAD: usize = 1_000_000;

/// Of up to `threads` threads, those worth waking for steps whose forward pass has so many multiply-adds; at least one.
pub fn worth_waking(threads: usize, multiply_adds: usize) -> usize {
    threads.min(multiply_adds / WORTH_A_THREAD).max(1)
}

/// Threads that wait between two calls of [`Team::each`]: a pool of rayon's, or the caller alone.
pub struct Team {
    #[cfg(not(target_arch = "wasm32"))]
    pool: Option<rayon::ThreadPool>,
}

impl Team {
    /// `threads` threads in all; the caller rests while they work. In the page, and where the system gives none, it is the
    /// caller alone.
    pub fn new(threads: usize) -> Self {
        #[cfg(target_arch = "wasm32")]
        let _ = threads;
        Self {
            #[cfg(not(target_arch = "wasm32"))]
            pool: (threads > 1).then(|| pool(threads)).flatten(),
        }
    }

    /// How many threads.
    pub fn threads(&self) -> usize {
        #[cfg(not(target_arch = "wasm32"))]
        return self.pool.as_ref().map_or(1, rayon::ThreadPool::current_num_threads);
        #[cfg(target_arch = "wasm32")]
        1
    }

    /// How many of `items` a thread takes, to share out all of them in as few parts as there are threads.
    pub fn share(&self, items: usize) -> usize {
        items.div_ceil(self.threads()).max(1)
    }

    /// Does `work` on a thread of the team. From there [`Team::each`] need not wake one before it begins.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn enter<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.pool {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }

    /// Does `work`.
    #[cfg(target_arch = "wasm32")]
    pub fn enter<R>(&self, work: impl FnOnce() -> R) -> R {
        work()
    }

    /// Does `task` for every item, each on the thread that is free; returns when all are done.
    ///
    /// # Panics
    /// Where a task does, with its message. The team may be used again.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn each<I: Iterator<Item: Send> + Send>(&self, items: I, task: impl Fn(I::Item) + Sync) {
        let Some(pool) = &self.pool else { return items.for_each(task) };
        // Not `par_bridge`, which would allocate in every call.
        let queue = std::sync::Mutex::new(items);
        let next = || queue.lock().expect("no task panics while it holds the queue").next();
        let work = || {
            while let Some(item) = next() {
                task(item);
            }
        };
        pool.install(|| fan_out(pool.current_num_threads(), &work));
    }

    /// Does `task` for every item.
    #[cfg(target_arch = "wasm32")]
    pub fn each<I: Iterator>(&self, items: I, task: impl Fn(I::Item)) {
        items.for_each(task);
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn pool(threads: usize) -> Option<rayon::ThreadPool> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("arm {i}")).build();
    pool.inspect_err(|why| log::warn!("One thread has to do the work of {threads}: {why}.")).ok()
}

/// Calls `work` `calls` times, at the same time as far as threads are free.
#[cfg(not(target_arch = "wasm32"))]
fn fan_out(calls: usize, work: &(impl Fn() + Sync)) {
    if calls > 1 {
        rayon::join(|| fan_out(calls / 2, work), || fan_out(calls - calls / 2, work));
    } else {
        work();
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn every_item_is_done_once_call_after_call() {
        for threads in [1, 2, 5] {
            let team = Team::new(threads);
            assert_eq!(team.threads(), threads);
            let mut numbers = vec![0; 100];
            let mut add = || team.each(numbers.chunks_mut(7), |chunk| chunk.iter_mut().for_each(|x| *x += 1));
            (0..25).for_each(|_| add());
            team.enter(|| (0..25).for_each(|_| add()));
            assert!(numbers.iter().all(|&x| x == 50), "{numbers:?}");
        }
    }

    #[test]
    fn small_work_is_left_to_one() {
        let of = |millions: [usize; 5]| millions.map(|work| worth_waking(4, work * WORTH_A_THREAD));
        assert_eq!(of([0, 1, 2, 3, 100]), [1, 1, 2, 3, 4]);
        assert_eq!(worth_waking(0, usize::MAX), 1);
    }

    #[test]
    fn as_many_work_at_the_same_time_as_there_are_threads() {
        for threads in [1, 2, 5] {
            let team = Team::new(threads);
            // Each task waits for all others: with a thread less it would wait forever.
            let all = std::sync::Barrier::new(threads);
            let meet = || {
                team.each(0..threads, |_| {
                    all.wait();
                });
            };
            meet();
            team.enter(meet);
        }
    }

    #[test]
    fn a_panic_arrives_where_the_work_was_given_and_the_team_goes_on() {
        for threads in [1, 3] {
            let team = Team::new(threads);
            let bad = || team.each(0..100, |i| assert!(i != 50, "the fiftieth"));
            let why = catch_unwind(AssertUnwindSafe(bad)).expect_err("it panics");
            assert_eq!(why.downcast_ref::<&str>(), Some(&"the fiftieth"));
            let sum = std::sync::atomic::AtomicUsize::new(0);
            team.each(0..10, |i| {
                sum.fetch_add(i, std::sync::atomic::Ordering::Relaxed);
            });
            assert_eq!(sum.into_inner(), 45);
        }
    }
}
