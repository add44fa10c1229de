//! Pictures of rooms: decoded and encoded anew, so that nothing is left but pixels.
//!
//! Neighbours: [`kind`](super::kind) has recognised them; [`media`](crate::web::media) takes pictures for quizzes, which teachers
//! bring, and only strips them.
//!
//! PNG stays PNG and JPEG stays JPEG, upright. A GIF keeps its frames and colours. WebP becomes PNG if one can see through it, else
//! JPEG, for there is no encoder that loses as little as it saves; of an animation the first picture is kept.

use std::io::Cursor;

use bytes::Bytes;
use gif::{ColorOutput, DecodeOptions, Encoder, MemoryLimit, Repeat};
use image::{
    DynamicImage, ImageDecoder, ImageError, Limits,
    codecs::{
        jpeg::{JpegDecoder, JpegEncoder},
        png::{PngDecoder, PngEncoder},
        webp::WebPDecoder,
    },
};

use super::{Refused, kind::Kind};

/// Longest side, in pixels.
const MAX_SIDE: u32 = 8_192;
/// Most pixels of a picture, and of all frames of an animation together. A phone's photograph has 12 million.
const MAX_PIXELS: u64 = 32_000_000;
/// Most bytes that decoding may take.
const MAX_ALLOC: u64 = 192 * 1024 * 1024;
/// Most frames of an animation.
const MAX_FRAMES: usize = 1_000;
/// Of JPEG: nobody sees the difference, and a photograph does not grow much.
const QUALITY: u8 = 88;

/// A picture that may be kept.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) kind: Kind,
    pub(super) bytes: Bytes,
    /// Width and height in pixels, as it is shown.
    pub(super) size: (u32, u32),
}

/// The same picture, made by us.
///
/// # Errors
///
/// It is broken or too large to look at.
pub(super) fn anew(kind: Kind, bytes: &[u8]) -> Result<Picture, Refused> {
    let from = Cursor::new(bytes);
    match kind {
        Kind::Png => png(decoded(PngDecoder::with_limits(from, limits()).map_err(why)?)?),
        Kind::Jpeg => jpeg(decoded(JpegDecoder::new(from).map_err(why)?)?),
        Kind::WebP => {
            let picture = decoded(WebPDecoder::new(from).map_err(why)?)?;
            if picture.color().has_alpha() {
                png(picture)
            } else {
                jpeg(picture)
            }
        }
        Kind::Gif => gif(bytes),
        Kind::Pdf | Kind::Text | Kind::Office(_) | Kind::Mp3 | Kind::Ogg | Kind::Wav | Kind::Mp4 | Kind::WebM => {
            Err(Refused::Type)
        }
    }
}

/// Pixels, upright, after a look at how many there will be.
fn decoded(mut decoder: impl ImageDecoder) -> Result<DynamicImage, Refused> {
    decoder.set_limits(limits()).map_err(why)?;
    let (width, height) = decoder.dimensions();
    check(u64::from(width), u64::from(height), 0)?;
    if decoder.total_bytes() > MAX_ALLOC {
        return Err(Refused::Dimensions);
    }
    let upright = decoder.orientation().map_err(why)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(why)?;
    picture.apply_orientation(upright);
    Ok(picture)
}

fn png(picture: DynamicImage) -> Result<Picture, Refused> {
    let picture = eight_bits(picture);
    let mut bytes = Vec::new();
    picture.write_with_encoder(PngEncoder::new(&mut bytes)).map_err(why)?;
    Ok(Picture {
        kind: Kind::Png,
        bytes: bytes.into(),
        size: (picture.width(), picture.height()),
    })
}

fn jpeg(picture: DynamicImage) -> Result<Picture, Refused> {
    let size = (picture.width(), picture.height());
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    let written = if picture.color().has_color() {
        picture.into_rgb8().write_with_encoder(encoder)
    } else {
        picture.into_luma8().write_with_encoder(encoder)
    };
    written.map_err(why)?;
    Ok(Picture {
        kind: Kind::Jpeg,
        bytes: bytes.into(),
        size,
    })
}

/// Screens show no more in a chat, and sixteen bits a channel would be twice as long.
fn eight_bits(picture: DynamicImage) -> DynamicImage {
    let color = picture.color();
    match (color.has_color(), color.has_alpha()) {
        (true, true) => picture.into_rgba8().into(),
        (true, false) => picture.into_rgb8().into(),
        (false, true) => picture.into_luma_alpha8().into(),
        (false, false) => picture.into_luma8().into(),
    }
}

/// Frame by frame with the colours that they have, so that nothing changes to the eye.
fn gif(bytes: &[u8]) -> Result<Picture, Refused> {
    let broken = |_| Refused::Malformed;
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.set_memory_limit(MemoryLimit::Bytes(MAX_PIXELS.try_into().expect("not zero")));
    options.check_frame_consistency(true);
    let mut decoder = options.read_info(bytes).map_err(broken)?;
    let (width, height) = (decoder.width(), decoder.height());
    check(u64::from(width), u64::from(height), 0)?;
    let colors = decoder.global_palette().unwrap_or_default().to_vec();
    let mut encoder = Encoder::new(Vec::new(), width, height, &colors).map_err(|_| Refused::Malformed)?;
    let (mut repeat, mut frames, mut pixels) = (None, 0, 0);
    while let Some(info) = decoder.next_frame_info().map_err(broken)? {
        // Counted before it is decoded.
        pixels = check(u64::from(info.width), u64::from(info.height), pixels)?;
        frames += 1;
        if frames > MAX_FRAMES {
            return Err(Refused::Bomb);
        }
        let mut frame = info.clone();
        let mut buffer = vec![0; decoder.buffer_size()];
        decoder.read_into_buffer(&mut buffer).map_err(broken)?;
        frame.buffer = buffer.into();
        // The decoder has put the lines in order.
        frame.interlaced = false;
        if repeat.is_none() {
            repeat = Some(decoder.repeat());
            let loops = match decoder.repeat() {
                Repeat::Finite(0) => None,
                again @ (Repeat::Finite(_) | Repeat::Infinite) => Some(again),
            };
            if let Some(again) = loops {
                encoder.set_repeat(again).map_err(|_| Refused::Malformed)?;
            }
        }
        encoder.write_frame(&frame).map_err(|_| Refused::Malformed)?;
    }
    if frames == 0 {
        return Err(Refused::Malformed);
    }
    let bytes = encoder.into_inner().map_err(|_| Refused::Malformed)?;
    Ok(Picture {
        kind: Kind::Gif,
        bytes: bytes.into(),
        size: (width.into(), height.into()),
    })
}

/// How many pixels there are with these, if that is not too many.
fn check(width: u64, height: u64, before: u64) -> Result<u64, Refused> {
    let sides = 1..=u64::from(MAX_SIDE);
    let pixels = before.saturating_add(width.saturating_mul(height));
    if sides.contains(&width) && sides.contains(&height) && pixels <= MAX_PIXELS {
        Ok(pixels)
    } else {
        Err(Refused::Dimensions)
    }
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    limits
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn why(error: ImageError) -> Refused {
    match error {
        ImageError::Limits(_) => Refused::Dimensions,
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::Unsupported(_)
        | ImageError::IoError(_) => Refused::Malformed,
    }
}
