//! The app: owns what is known, what the interface remembers and the near end of the trainer; draws, then carries out what
//! was asked for, once a frame, in one place.

use super::actions::{Action, Panel};
use super::pace::{self, Pace};
use super::rate::Rate;
use super::state::UiState;
use super::{help, keys, notices, rooms, share, theme};
use crate::experiment::{EngineChoice, Experiment, Link, Preset};
use crate::host::Host;
use crate::session::{Session, csv};
use crate::trainer::{Command, Event, RunState};
use egui::{Context, Theme, Ui};
use std::time::Duration;
use web_time::Instant;

/// The near end of a trainer.
pub trait Trains {
    /// Sends a command; never blocks.
    fn send(&self, command: Command);
    /// The next event, if one waits.
    fn poll(&self) -> Option<Event>;
}

impl Trains for Host {
    fn send(&self, command: Command) {
        Self::send(self, command);
    }

    fn poll(&self) -> Option<Event> {
        Self::poll(self)
    }
}

/// What a page and a desktop window do differently.
pub trait Shell {
    /// What stands before the `#` of a shared link.
    fn page_url(&self) -> String;
    /// Asks for files to train on; a sentence where it cannot.
    fn pick_files(&self) -> Option<String>;
    /// Saves a text under a name, or does what comes nearest; says what it did, as a sentence.
    fn save(&self, ctx: &Context, name: &str, text: String) -> String;
    /// A frame was handed over to be rastered; what it says with [`App::rastered`] later sets the pace.
    fn drawn(&self) {}
}

/// Seconds a confirmation shows.
const TOAST_SECS: f64 = 3.0;
/// How long events are taken in in one frame: a replay at full speed must not freeze the page, and a hidden tab that is woken
/// once a minute must catch up with all that came.
const LISTEN: Duration = Duration::from_millis(60);

/// The whole interface.
pub struct App {
    session: Session,
    state: UiState,
    unknown: Vec<(String, String)>,
    trainer: Box<dyn Trains>,
    shell: Box<dyn Shell>,
    rate: Rate,
    pace: Pace,
}

impl App {
    /// Installs fonts and themes, and starts training what the link says.
    pub fn new(ctx: &Context, link: Link, trainer: Box<dyn Trains>, shell: Box<dyn Shell>) -> Self {
        theme::install(ctx);
        let mut app = Self {
            session: Session::default(),
            state: UiState::new(link.view.clone()),
            unknown: Vec::new(),
            trainer,
            shell,
            rate: Rate::default(),
            pace: Pace::default(),
        };
        app.open(link, true);
        app
    }

    /// Shows and trains what a link says. An experiment that is the present one goes on, unless `anyway`.
    pub fn open(&mut self, link: Link, anyway: bool) {
        self.state.view = link.view;
        self.state.preset = link.preset;
        self.unknown = link.unknown;
        if anyway || link.experiment != self.session.experiment {
            self.load(link.experiment);
        }
        link.notes.into_iter().for_each(|note| self.session.apply(Event::Notice(note)));
    }

    /// What is known of the run.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Steps a second, measured.
    pub fn steps_per_second(&self) -> f64 {
        self.state.steps_per_second
    }

    /// Takes note of how long the rastering of a frame took, seconds.
    pub fn rastered(&mut self, secs: f64) {
        self.pace.rastered(secs);
    }

    /// Sends the trainer a command, as a script in the page does. A new experiment is shown at once.
    pub fn send(&mut self, command: Command) {
        if let Command::Load(experiment) = command {
            self.show(*experiment.clone());
            self.trainer.send(Command::Load(experiment));
        } else {
            self.trainer.send(command);
        }
    }

    /// The canonical fragment of what is trained and shown.
    pub fn fragment(&self) -> String {
        self.link(self.session.experiment.clone()).fragment()
    }

    /// The link to share: with the engine and the precision in use.
    fn shared_link(&self) -> String {
        let mut experiment = self.session.experiment.clone();
        match self.session.engine.kind.as_str() {
            "CPU" => experiment.engine = EngineChoice::Cpu,
            "GPU" => experiment.engine = EngineChoice::Gpu,
            _ => {}
        }
        if !self.session.engine.kind.is_empty() {
            experiment.precision = self.session.engine.precision;
        }
        self.shell.page_url() + &self.link(experiment).fragment()
    }

    fn link(&self, experiment: Experiment) -> Link {
        Link {
            experiment,
            view: self.state.view.clone(),
            preset: self.state.preset,
            unknown: self.unknown.clone(),
            notes: Vec::new(),
        }
    }

    /// Forgets the present run: what is drawn from now on belongs to `experiment`.
    fn show(&mut self, experiment: Experiment) {
        let notices = std::mem::take(&mut self.session.notices);
        self.session = Session::new(experiment);
        self.session.notices = notices;
        self.state.draft = None;
        self.state.plots.forget();
        self.state.knobs = Default::default();
    }

    fn load(&mut self, experiment: Experiment) {
        self.show(experiment.clone());
        self.trainer.send(Command::Load(Box::new(experiment)));
        self.trainer.send(Command::Play);
    }

    /// Takes in what the trainer said.
    pub(super) fn listen(&mut self, ctx: &Context) {
        let start = Instant::now();
        while let Some(event) = self.trainer.poll() {
            self.session.apply(event);
            if start.elapsed() > LISTEN {
                return ctx.request_repaint();
            }
        }
    }

    /// Files dropped on a desktop window come by their paths; the page hears of its own before this does.
    fn take_dropped_files(&mut self, ctx: &Context) {
        let paths: Vec<String> =
            ctx.input(|i| i.raw.dropped_files.iter().map(|file| file.path().display().to_string()).collect());
        if !paths.is_empty() {
            self.send(Command::OpenFiles(paths));
        }
    }

    /// Draws a frame and carries out what was asked for in it.
    pub(super) fn draw(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let now = ctx.input(|i| i.time);
        self.state.settle(&self.session, now);
        self.state.plots.begin_frame(self.session.starts);
        self.take_dropped_files(&ctx);
        self.state.steps_per_second = match self.session.state {
            RunState::Playing | RunState::Replaying { .. } => self.rate.note(now, self.session.steps_done),
            _ => self.state.steps_per_second,
        };
        if self.state.share {
            self.state.link = self.shared_link();
        }
        let mut actions = Vec::new();
        keys::keys(&ctx, &self.state, &mut actions);
        rooms::page_ui(ui, &self.session, &mut self.state, &mut actions);
        help::help_ui(&ctx, &self.state, &mut actions);
        share::share_ui(&ctx, &self.session, &self.state, &mut actions);
        notices::toast_ui(ui, &self.state);
        for action in actions {
            self.carry_out(&ctx, action, now);
        }
        if ctx.input(|i| !i.events.is_empty() || i.pointer.any_down()) && self.pace.touch(now) {
            self.trainer.send(Command::GiveWay);
        }
        pace::set_wait(&ctx, self.pace.wait(now));
    }

    fn carry_out(&mut self, ctx: &Context, action: Action, now: f64) {
        let send = |command| self.trainer.send(command);
        match action {
            Action::TogglePlay => send(match self.session.state {
                RunState::Playing | RunState::Replaying { .. } => Command::Pause,
                _ => Command::Play,
            }),
            Action::Step => send(Command::Step),
            Action::Replay => {
                if self.state.draft.is_some() {
                    self.load(self.state.shown_experiment(&self.session));
                } else {
                    send(Command::Replay);
                    send(Command::Play);
                }
            }
            Action::StartOver => {
                let experiment = self.state.shown_experiment(&self.session);
                self.load(experiment.with_present_values(self.session.steps_done));
            }
            Action::Set(setting) => send(Command::Set(setting)),
            Action::ShowArm(arm, on) => {
                if let Some(draft) = &mut self.state.draft {
                    draft.arms = draft.arms.with(arm, on);
                }
                send(Command::SetArms(self.session.experiment.arms.with(arm, on)));
            }
            Action::Speed(speed) => {
                self.state.speed = speed;
                send(Command::SetSpeed(speed));
            }
            Action::Load(experiment) => self.load(*experiment),
            Action::OpenPreset(key) => {
                if let Some(preset) = Preset::of_key(key) {
                    self.open(Link { unknown: self.unknown.clone(), ..preset.link() }, false);
                }
            }
            Action::ClosePreset => self.state.preset = None,
            Action::Light(lit) => self.state.lit = lit,
            Action::Layout(layout) => self.state.view.layout = layout,
            Action::Raw(raw) => self.state.view.raw = raw,
            Action::Group(group) => self.state.view.group = group,
            Action::Normalised(on) => self.state.view.normalised = on,
            Action::ShowPlot(plot, on) => {
                self.state.view.show(plot, on);
                self.state.arrived = on.then_some(plot);
            }
            Action::Watch(watched) => {
                self.state.watched = Some(watched);
                send(Command::Watch(watched));
            }
            Action::Panel(Panel::Help, open) => self.state.help = open,
            Action::Panel(Panel::Share, open) => self.state.share = open,
            Action::Panel(Panel::Why, open) => self.state.why = open,
            Action::ToggleTheme => ctx.set_theme(match ctx.theme() {
                Theme::Light => Theme::Dark,
                Theme::Dark => Theme::Light,
            }),
            Action::Copy(text) => {
                ctx.copy_text(text);
                self.state.toast = Some(("Copied.".into(), now + TOAST_SECS));
            }
            Action::SaveExperiment => {
                let command = Command::Load(Box::new(self.session.experiment.clone()));
                let sentence = match serde_json::to_string_pretty(&command) {
                    Ok(text) => self.shell.save(ctx, "explr.json", text),
                    Err(error) => format!("The experiment cannot be written: {error}."),
                };
                self.state.toast = Some((sentence, now + TOAST_SECS));
            }
            Action::Frame(size) => self.state.frame = size,
            Action::ExportCsv => {
                let table = csv::table(&self.session, &self.shared_link());
                let sentence = self.shell.save(ctx, "explr.csv", table);
                self.state.toast = Some((sentence, now + TOAST_SECS));
            }
            Action::OpenFiles => {
                if let Some(sentence) = self.shell.pick_files() {
                    self.session.apply(Event::Notice(sentence));
                }
            }
            Action::Notice(sentence) => self.session.apply(Event::Notice(sentence)),
            Action::DismissNotices => self.state.notices_read = self.session.notices.len(),
        }
        ctx.request_repaint();
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.listen(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        if let Some(secs) = frame.info().cpu_usage {
            self.pace.drew(f64::from(secs));
        }
        self.draw(ui);
        self.shell.drawn();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    #[cfg(target_arch = "wasm32")]
    fn as_any_mut(&mut self) -> Option<&mut dyn std::any::Any> {
        Some(&mut *self)
    }
}
