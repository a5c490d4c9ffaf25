//! A step of the CPU engine allocates its results and nothing else.

#![cfg(not(target_arch = "wasm32"))]

use explr::bench::peers::{BATCHES, INPUT, PeerNet};
use explr::engine::cpu::CpuEngine;
use explr::engine::{Engine, Output};
use explr::model::Draw;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, counting what each thread asks of it.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: hands everything on.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
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

/// Allocations while `steps` enqueued steps of `arms` arms are done.
fn of_steps(engine: &mut CpuEngine<f32>, steps: u64, arms: usize) -> usize {
    for step in 0..steps {
        let start = (step % BATCHES as u64 * 32) as u32;
        let batch: Vec<Draw> = (start..start + 32).map(Draw::plain).collect();
        engine.step(step, &batch, &vec![INPUT; arms]);
    }
    let mut outputs = Vec::new();
    let allocations = count(|| outputs = pollster::block_on(engine.collect()).expect("a CPU cannot be lost"));
    assert_eq!(outputs.len() as u64, steps);
    assert!(outputs.iter().all(|output| matches!(output, Output::Row { arms: rows, .. } if rows.len() == arms)));
    allocations
}

#[test]
fn a_step_allocates_its_row_and_nothing_else() {
    for arms in [1, 3] {
        for net in [PeerNet::N0, PeerNet::N2] {
            let mut engine = CpuEngine::<f32>::new(net.setup(32, arms), 1);
            of_steps(&mut engine, 2, arms);
            // What a chunk of steps needs whatever its length is in both.
            let (few, many) = (of_steps(&mut engine, 2, arms), of_steps(&mut engine, 6, arms));
            // A step's output holds its arms, each of them its layers; both move out.
            assert_eq!(many - few, 4 * (1 + arms), "{net:?}, {arms} arms");
        }
    }
}

#[test]
fn one_allocation_is_seen() {
    assert_eq!(count(|| drop(std::hint::black_box(Box::new(1)))), 1);
    assert_eq!(count(|| assert_eq!(std::hint::black_box(1), 1)), 0);
}
