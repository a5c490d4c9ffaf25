//! A step of the CPU engine allocates its results and nothing else.

#![cfg(not(target_arch = "wasm32"))]

use explr::bench::peers::{BATCHES, INPUT, PeerNet};
use explr::engine::cpu::CpuEngine;
use explr::engine::{Engine, Output};
use explr::model::Draw;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The system's allocator, counting what each thread asks of it, and what all do.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

static COUNT_OF_ALL: AtomicUsize = AtomicUsize::new(0);

/// One test at a time: others' allocations are not the engine's.
static ALONE: Mutex<()> = Mutex::new(());

// SAFETY: hands everything on.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        COUNT_OF_ALL.fetch_add(1, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(work: impl FnOnce()) -> usize {
    let before = COUNT.get();
    work();
    COUNT.get() - before
}

/// Of all threads.
fn count_of_all(work: impl FnOnce()) -> usize {
    let before = COUNT_OF_ALL.load(Relaxed);
    work();
    COUNT_OF_ALL.load(Relaxed) - before
}

/// Allocations, as `count` sees them, while `steps` enqueued steps of `arms` arms are done.
fn of_steps(
    count: impl FnOnce(&mut dyn FnMut()) -> usize,
    engine: &mut CpuEngine<f32>,
    steps: u64,
    arms: usize,
) -> usize {
    for step in 0..steps {
        let start = (step % BATCHES as u64 * 32) as u32;
        let batch: Vec<Draw> = (start..start + 32).map(Draw::plain).collect();
        engine.step(step, &batch, &vec![INPUT; arms]);
    }
    let mut outputs = Vec::new();
    let allocations = count(&mut || outputs = pollster::block_on(engine.collect()).expect("a CPU cannot be lost"));
    assert_eq!(outputs.len() as u64, steps);
    assert!(outputs.iter().all(|output| matches!(output, Output::Row { arms: rows, .. } if rows.len() == arms)));
    allocations
}

#[test]
fn a_step_allocates_its_row_and_nothing_else() {
    let _alone = ALONE.lock();
    for arms in [1, 3] {
        for net in [PeerNet::N0, PeerNet::N2] {
            let mut engine = CpuEngine::<f32>::new(net.setup(32, arms), 1);
            let mut of = |steps| of_steps(|work| count(work), &mut engine, steps, arms);
            of(2);
            // What a chunk of steps needs whatever its length is in both.
            let (few, many) = (of(2), of(6));
            // A step's output holds its arms, each of them its layers; both move out.
            assert_eq!(many - few, 4 * (1 + arms), "{net:?}, {arms} arms");
        }
    }
}

#[test]
fn threads_that_share_an_arm_allocate_nothing_more() {
    let _alone = ALONE.lock();
    for threads in [2, 3] {
        let mut engine = CpuEngine::<f32>::new(PeerNet::N2.setup(32, 1), threads);
        let mut of = |steps| of_steps(|work| count_of_all(work), &mut engine, steps, 1);
        of(6);
        // The test harness and the pool's queue of chunks allocate now and then, and never less than nothing.
        let mut least = |steps| (0..7).map(|_| of(steps)).min();
        let (few, many) = (least(2), least(6));
        assert_eq!(many.zip(few).map(|(many, few)| many - few), Some(4 * 2), "{threads} threads");
    }
}

#[test]
fn one_allocation_is_seen() {
    let _alone = ALONE.lock();
    let elsewhere =
        || std::thread::spawn(|| drop(std::hint::black_box(Box::new(1)))).join().expect("it only allocates");
    assert!(count_of_all(elsewhere) > count(elsewhere));
    assert_eq!(count(|| drop(std::hint::black_box(Box::new(1)))), 1);
    assert_eq!(count(|| assert_eq!(std::hint::black_box(1), 1)), 0);
}
