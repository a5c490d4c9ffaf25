//! A few test images with what both nets say of them.

use super::{Picture, Scene};
use crate::experiment::Arm;
use crate::ui::theme::{self, Palette};
use egui::{Align2, Color32, ColorImage, FontId, Rect, TextureHandle, TextureOptions, Ui, pos2, vec2};

const TITLE: &str = "Do they answer the same?";
/// Three lines of words under an image, points.
const WORDS: f32 = 42.0;

/// What a net says: the class with the largest logit, and its probability.
type Answer = (usize, f64);

/// The picture.
pub fn picture<'a>(scene: &Scene<'a>) -> Picture<'a> {
    let session = scene.session;
    let data = &session.data;
    let classes = data.classes.len();
    let what = "test images: their class, and both nets' answers";
    let answers = |arm| -> Vec<Answer> {
        session.arm(arm).sample_logits.chunks_exact(classes.max(1)).filter_map(softmax_top).collect()
    };
    let (wd, twin) = (answers(Arm::Wd), answers(Arm::Exp));
    let n = data.sample_labels.len().min(wd.len()).min(twin.len());
    if n == 0 {
        return Picture::empty(TITLE, what, "The first comparison is on its way.");
    }
    let same = (0..n).filter(|&i| wd[i].0 == twin[i].0).count();
    Picture::new(TITLE, format!("{what}; the same for {same} of {n}"), move |ui, rect, _| {
        let Some(texture) = texture(ui, data.shape, &data.samples, session.starts) else { return };
        let columns = if rect.width() > 2.4 * rect.height() { n } else { n.div_ceil(2) };
        let size = vec2(rect.width() / columns as f32, rect.height() / n.div_ceil(columns) as f32);
        for i in 0..n {
            let at = rect.min + vec2((i % columns) as f32 * size.x, (i / columns) as f32 * size.y);
            let label = usize::from(data.sample_labels[i]);
            let whole = data.sample_labels.len() as f32;
            let part = Rect::from_min_max(pos2(0.0, i as f32 / whole), pos2(1.0, (i + 1) as f32 / whole));
            let cell = Rect::from_min_size(at, size);
            image_ui(ui, cell, (&texture, part), &data.classes, label, [wd[i], twin[i]]);
        }
    })
}

/// The first largest logit's class and its softmax probability; `None` where no logit is finite.
pub fn softmax_top(logits: &[f32]) -> Option<Answer> {
    let top = (0..logits.len())
        .filter(|&k| logits[k].is_finite())
        .reduce(|a, b| if logits[b] > logits[a] { b } else { a })?;
    let sum: f64 = logits.iter().map(|&z| (f64::from(z) - f64::from(logits[top])).exp()).sum();
    Some((top, 1.0 / sum))
}

fn image_ui(
    ui: &Ui,
    rect: Rect,
    (texture, part): (&TextureHandle, Rect),
    classes: &[String],
    label: usize,
    answers: [Answer; 2],
) {
    let p = Palette::now(ui);
    let name = |class: usize| classes.get(class).map_or("?", String::as_str);
    let side = (rect.height() - WORDS - 4.0).min(rect.width() - 8.0).max(8.0);
    let image = Rect::from_min_size(rect.min, vec2(side, side));
    ui.painter().image(texture.id(), image, part, Color32::WHITE);
    let agrees = answers[0].0 == answers[1].0;
    // A dot that says whether they agree stands beside the image.
    let (mark, color) = if agrees { ("=", p.good) } else { ("≠", p.bad) };
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    painter.text(image.right_top() + vec2(3.0, 0.0), Align2::LEFT_TOP, mark, theme::bold(13.0), color);
    let font: FontId = theme::regular(10.0);
    let mut y = image.bottom() + 2.0;
    let mut line = |words: String, color| {
        painter.text(pos2(rect.left(), y), Align2::LEFT_TOP, words, font.clone(), color);
        y += 13.0;
    };
    line(name(label).to_owned(), p.quiet);
    for (arm, (class, probability)) in [Arm::Wd, Arm::Exp].into_iter().zip(answers) {
        line(format!("{:.0} % {}", 100.0 * probability, name(class)), p.arm_text(arm));
    }
}

/// All samples below each other, uploaded once a start.
fn texture(ui: &Ui, (c, h, w): (usize, usize, usize), samples: &[u8], starts: u64) -> Option<TextureHandle> {
    let id = egui::Id::unique("samples");
    let known = ui.data(|d| d.get_temp::<(u64, TextureHandle)>(id));
    if let Some((of, handle)) = known
        && of == starts
    {
        return Some(handle);
    }
    let (area, per_image) = (h * w, c * h * w);
    if per_image == 0 || samples.len() < per_image {
        return None;
    }
    let pixels = samples
        .chunks_exact(per_image)
        .flat_map(|image| {
            (0..area).map(move |i| {
                let channel = |k: usize| image[if c == 3 { k * area + i } else { i }];
                Color32::from_rgb(channel(0), channel(1), channel(2))
            })
        })
        .collect();
    let image = ColorImage::new([w, h * (samples.len() / per_image)], pixels);
    let handle = ui.ctx().load_texture("samples", image, TextureOptions::NEAREST);
    ui.data_mut(|d| d.insert_temp(id, (starts, handle.clone())));
    Some(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_by_hand() {
        let (class, probability) = softmax_top(&[0.0, 3f32.ln(), 0.0]).expect("finite");
        assert_eq!(class, 1);
        assert!((probability - 0.6).abs() < 1e-7);
        assert_eq!(softmax_top(&[700.0, 700.0]), Some((0, 0.5)), "ties go to the first, and nothing overflows");
        assert_eq!(softmax_top(&[f32::NAN]), None);
        assert_eq!(softmax_top(&[]), None);
    }
}
