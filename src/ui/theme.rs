//! Colours, strokes, fonts. One colour and one stroke per run, everywhere.

use crate::experiment::Arm;
use egui::{Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke, TextStyle, Theme};
use std::sync::Arc;

/// Radius of cards, points.
pub const CARD_RADIUS: u8 = 8;
/// Radius of buttons, points.
pub const BUTTON_RADIUS: u8 = 6;

/// The colours of one theme.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// The page and its cards: what a frame is cleared to, so that no card is filled. Software that draws pays for every pixel.
    pub page: Color32,
    /// What lies deeper: a preview, a button under the mouse.
    pub well: Color32,
    /// Edges of cards, grid lines.
    pub hairline: Color32,
    /// Grid of plots.
    pub grid: Color32,
    /// Tracks of sliders, pressed toggles.
    pub track: Color32,
    /// Text.
    pub ink: Color32,
    /// Text that steps back.
    pub quiet: Color32,
    /// "The same function."
    pub good: Color32,
    /// Parted, ended.
    pub warn: Color32,
    /// Failure.
    pub bad: Color32,
    /// The shading where the twin would end.
    pub zone: Color32,
    arms: [Color32; 5],
    arm_texts: [Color32; 5],
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const LIGHT: Palette = Palette {
    page: rgb(0xFFFFFF),
    well: rgb(0xF7F7F5),
    hairline: rgb(0xE2E2DE),
    grid: rgb(0xEEEEEB),
    track: rgb(0xE4E4E1),
    ink: rgb(0x1B1B1F),
    quiet: rgb(0x67676D),
    good: rgb(0x15803D),
    warn: rgb(0xB45309),
    bad: rgb(0xB91C1C),
    zone: rgb(0xD9A7BC),
    arms: [rgb(0x0072B2), rgb(0xDE8A00), rgb(0x9A9AA2), rgb(0xB8417C), rgb(0x009E73)],
    arm_texts: [rgb(0x00659E), rgb(0xA86200), rgb(0x67676D), rgb(0xA93570), rgb(0x00774F)],
};

const DARK: Palette = Palette {
    page: rgb(0x1E1F23),
    well: rgb(0x17181B),
    hairline: rgb(0x303238),
    grid: rgb(0x292A2F),
    track: rgb(0x34363C),
    ink: rgb(0xECECEE),
    quiet: rgb(0x9B9BA3),
    good: rgb(0x4CC38A),
    warn: rgb(0xE9A23B),
    bad: rgb(0xF07178),
    zone: rgb(0x6B4556),
    arms: [rgb(0x56B4E9), rgb(0xEBA33A), rgb(0x9A9AA2), rgb(0xCC79A7), rgb(0x4CBBA0)],
    arm_texts: [rgb(0x6DBFEE), rgb(0xEBA33A), rgb(0xA8A8B0), rgb(0xD88BB5), rgb(0x5CC9AE)],
};

/// How a curve is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// Long dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// Short thin dashes: theory.
    Fine,
}

impl Palette {
    /// The palette of a theme.
    pub fn of(theme: Theme) -> Self {
        match theme {
            Theme::Light => LIGHT,
            Theme::Dark => DARK,
        }
    }

    /// The palette in use.
    pub fn now(ui: &egui::Ui) -> Self {
        Self::of(ui.ctx().theme())
    }

    /// The colour of an arm's curves.
    pub fn arm(&self, arm: Arm) -> Color32 {
        self.arms[arm as usize]
    }

    /// Behind what is pointed at, for things of an arm.
    pub fn light(&self, arm: Arm) -> Color32 {
        self.arm(arm).gamma_multiply(0.18)
    }

    /// The colour of words and numbers about an arm: dark enough to read.
    pub fn arm_text(&self, arm: Arm) -> Color32 {
        self.arm_texts[arm as usize]
    }
}

/// The stroke of an arm.
pub fn dash_of(arm: Arm) -> Dash {
    match arm {
        Arm::Wd | Arm::Control => Dash::Solid,
        Arm::Exp => Dash::Dashed,
        Arm::Ablation | Arm::Broken => Dash::Dotted,
    }
}

/// The semibold family.
pub fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// A regular font of this size, points.
pub fn regular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// A semibold font of this size, points.
pub fn bold(size: f32) -> FontId {
    FontId::new(size, semibold())
}

/// Installs fonts and both themes.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Light, Theme::Dark] {
        ctx.style_mut_of(theme, |style| restyle(style, &Palette::of(theme)));
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let mut add = |name: &str, bytes: &'static [u8]| {
        fonts.font_data.insert(name.into(), Arc::new(FontData::from_static(bytes)));
    };
    add("regular", include_bytes!("../../assets/fonts/Inter-Regular.ttf"));
    add("semibold", include_bytes!("../../assets/fonts/Inter-SemiBold.ttf"));
    fonts.families.insert(FontFamily::Proportional, vec!["regular".into()]);
    fonts.families.insert(FontFamily::Monospace, vec!["regular".into()]);
    // The bold font holds what titles and numbers are made of.
    fonts.families.insert(semibold(), vec!["semibold".into(), "regular".into()]);
    fonts
}

fn restyle(style: &mut egui::Style, p: &Palette) {
    style.text_styles = [
        (TextStyle::Small, regular(10.5)),
        (TextStyle::Body, regular(13.0)),
        (TextStyle::Button, regular(13.0)),
        (TextStyle::Heading, bold(15.0)),
        (TextStyle::Monospace, regular(13.0)),
    ]
    .into();
    style.spacing.item_spacing = egui::vec2(8.0, 6.0);
    style.spacing.button_padding = egui::vec2(11.0, 6.0);
    style.spacing.interact_size.y = 20.0;
    style.spacing.scroll = egui::style::ScrollStyle::thin();
    style.spacing.menu_margin = Margin::same(6);
    style.interaction.selectable_labels = false;
    style.animation_time = 0.08;
    let v = &mut style.visuals;
    // Hinting pulls the letters of so small a font apart.
    v.text_options.font_hinting = false;
    v.panel_fill = p.page;
    v.window_fill = p.page;
    v.window_stroke = Stroke::new(1.0, p.hairline);
    v.window_corner_radius = CornerRadius::same(10);
    v.menu_corner_radius = CornerRadius::same(BUTTON_RADIUS);
    v.extreme_bg_color = p.well;
    v.faint_bg_color = p.well;
    v.weak_text_color = Some(p.quiet);
    v.override_text_color = None;
    v.selection.bg_fill = p.arm(Arm::Wd).gamma_multiply(0.25);
    v.selection.stroke = Stroke::new(1.0, p.arm(Arm::Wd));
    v.hyperlink_color = p.arm_text(Arm::Wd);
    v.popup_shadow = egui::Shadow { offset: [0, 4], blur: 14, spread: 0, color: Color32::from_black_alpha(30) };
    v.window_shadow = v.popup_shadow;
    let w = &mut v.widgets;
    for visuals in [&mut w.noninteractive, &mut w.inactive, &mut w.hovered, &mut w.active, &mut w.open] {
        visuals.corner_radius = CornerRadius::same(BUTTON_RADIUS);
        visuals.fg_stroke = Stroke::new(1.0, p.ink);
        visuals.bg_stroke = Stroke::new(1.0, p.hairline);
        visuals.bg_fill = p.track;
        visuals.weak_bg_fill = p.page;
        visuals.expansion = 0.0;
    }
    w.hovered.weak_bg_fill = p.well;
    w.hovered.bg_stroke = Stroke::new(1.0, p.quiet.gamma_multiply(0.6));
    w.active.weak_bg_fill = p.track;
}
