// What drives one step: group 0 of every kernel, bound with the offset of the step's slot. Twin of `StepInputs`.

struct ArmInputs {
    lr: f32,
    weight_decay: f32,
    momentum: f32,
    kick: f32,
    gradient: f32,
    theta: f32,
    epsilon: f32,
    theta_scale: f32,
    buffer_scale: f32,
    live: u32,
    trains_head: u32,
    unused: u32,
}

struct StepInputs {
    // Row of the ring that takes the results.
    ring: u32,
    // First of this step's draws.
    first_draw: u32,
    unused_0: u32,
    unused_1: u32,
    arms: array<ArmInputs, 8>,
}

@group(0) @binding(0) var<uniform> inputs: StepInputs;
