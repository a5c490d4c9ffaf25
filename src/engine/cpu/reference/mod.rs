//! A naive twin of every operation, in the plainest loops: what the fast path and the GPU kernels are tested against.
