//! QR codes: on the terminal, and as a picture in a file.

use std::{
    fs::File,
    io::{self, BufWriter},
    path::Path,
};

use qrcode::{Color, EcLevel, QrCode, render::svg, render::unicode::Dense1x2, types::QrError};

/// Pixels of a module in a PNG: 45 modules make a picture that prints well at 4 cm.
const SCALE: usize = 8;
/// Modules of quiet zone around a code, as ISO/IEC 18004 asks.
const QUIET: usize = 4;

/// A code could not be drawn.
#[derive(Debug, thiserror::Error)]
pub(super) enum QrFileError {
    #[error("the link is too long for a QR code: {0}; shorten the server's address with --url")]
    TooLong(#[from] QrError),
    #[error("{0}: the file's name must end in .png or .svg")]
    Ending(String),
    #[error("{path}: {error}; check the path and its permissions")]
    File { path: String, error: io::Error },
}

/// The code as lines of half blocks, dark on light as scanners want it, for a terminal with light text on dark.
pub(super) fn terminal(text: &str) -> Result<String, QrFileError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L)?;
    Ok(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

/// Writes the code as a picture; the name's ending says which kind.
pub(super) fn write(text: &str, path: &Path) -> Result<(), QrFileError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let failed = |error| QrFileError::File { path: path.display().to_string(), error };
    match path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("svg") => {
            let picture = code.render::<svg::Color<'_>>().min_dimensions(256, 256).build();
            std::fs::write(path, picture).map_err(failed)
        }
        Some("png") => png(&code, path).map_err(failed),
        _ => Err(QrFileError::Ending(path.display().to_string())),
    }
}

fn png(code: &QrCode, path: &Path) -> io::Result<()> {
    let modules = code.width();
    let side = (modules + 2 * QUIET) * SCALE;
    let dark = |x: usize, y: usize| {
        let (Some(x), Some(y)) = ((x / SCALE).checked_sub(QUIET), (y / SCALE).checked_sub(QUIET)) else { return false };
        x < modules && y < modules && code[(x, y)] == Color::Dark
    };
    let pixels: Vec<u8> =
        (0..side * side).map(|place| if dark(place % side, place / side) { 0 } else { 255 }).collect();
    let length = u32::try_from(side).map_err(io::Error::other)?;
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), length, length);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(io::Error::other)?;
    writer.write_image_data(&pixels).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)
}
