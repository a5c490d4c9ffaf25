//! The keys of a link, in the order in which they are written. Links live for years: a key never changes its meaning.

/// The version of this grammar.
pub const VERSION: &str = "1";

/// `v`: the version.
pub const V: &str = "v";
/// `p`: the preset that everything else is said against.
pub const P: &str = "p";
/// `lr`: η at step 0.
pub const LR: &str = "lr";
/// `wd`: λ at step 0.
pub const WD: &str = "wd";
/// `mom`: γ at step 0.
pub const MOM: &str = "mom";
/// `sched`: what η is multiplied by, see `link::schedule`.
pub const SCHED: &str = "sched";
/// `twin`: ghost or texp.
pub const TWIN: &str = "twin";
/// `break`: what the broken twin does otherwise, see `link::rules`.
pub const BREAK: &str = "break";
/// `data`: the key of a set of images.
pub const DATA: &str = "data";
/// `aug`: what is done to training images, see `link::network`.
pub const AUG: &str = "aug";
/// `net`: the network, see `link::network`.
pub const NET: &str = "net";
/// `norm`: bn, gn:8, ln or in.
pub const NORM: &str = "norm";
/// `seed`: a whole number of 32 bits.
pub const SEED: &str = "seed";
/// `act`: the activation's key.
pub const ACT: &str = "act";
/// `batch`: images per step.
pub const BATCH: &str = "batch";
/// `eps`: ε of the normalisation.
pub const EPS: &str = "eps";
/// `head`: Frobenius norm of the head.
pub const HEAD: &str = "head";
/// `arms`: the arms that train, separated by commas.
pub const ARMS: &str = "arms";
/// `n`: steps of the run.
pub const N: &str = "n";
/// `ev`: what changed while it ran, `step:lr=…`, `step:wd=…`, `step:mom=…`, `step:sched=…`, `step:break=…`,
/// `step:convert=on` (or off) or `step:gauge`, separated by semicolons.
pub const EV: &str = "ev";
/// `engine`: auto, cpu or gpu.
pub const ENGINE: &str = "engine";
/// `prec`: f32 or f64.
pub const PREC: &str = "prec";
/// `rescale`: on or off.
pub const RESCALE: &str = "rescale";
/// `view`: `side`, `raw`, `normalised`, `group:2`, `plots:loss/distance`, separated by commas; see `link::view`.
pub const VIEW: &str = "view";

/// All keys of this version.
pub const ALL: [&str; 24] = [
    V, P, LR, WD, MOM, SCHED, TWIN, BREAK, DATA, AUG, NET, NORM, SEED, ACT, BATCH, EPS, HEAD, ARMS, N, EV, ENGINE,
    PREC, RESCALE, VIEW,
];

/// As the value of [`BREAK`]: nothing is broken, where the preset breaks something.
pub const NONE: &str = "none";
/// Inside [`EV`]: the gauge was restarted.
pub const GAUGE: &str = "gauge";
/// Inside [`EV`]: the weight-decay run was converted, or back.
pub const CONVERT: &str = "convert";
/// Inside [`VIEW`]: side by side.
pub const SIDE: &str = "side";
/// Inside [`VIEW`]: raw losses only.
pub const RAW: &str = "raw";
/// Inside [`VIEW`]: the trajectory without its radius.
pub const NORMALISED: &str = "normalised";
/// Inside [`VIEW`]: which invariance group is shown.
pub const GROUP: &str = "group";
/// Inside [`VIEW`]: which instruments, separated by slashes.
pub const PLOTS: &str = "plots";
