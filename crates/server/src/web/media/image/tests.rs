//! Pictures made byte by byte, so that each case has exactly what it is about.

use super::*;

fn png(width: u32, height: u32, extra: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 6, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let first: (&[u8; 4], &[u8]) = (b"IHDR", &header);
    let chunks = std::iter::once(first).chain(extra.iter().copied());
    for (name, body) in chunks.chain([(b"IDAT", &b"pixels"[..]), (b"IEND", b"")]) {
        bytes.extend(u32::try_from(body.len()).expect("short").to_be_bytes());
        bytes.extend(name.iter().chain(body));
        bytes.extend(b"CRC.");
    }
    bytes
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).expect("short").to_be_bytes();
    [&[0xff, marker], &length[..], body].concat()
}

fn jpeg(width: u16, height: u16, extra: &[u8]) -> Vec<u8> {
    let mut frame = vec![8];
    frame.extend([height.to_be_bytes(), width.to_be_bytes()].concat());
    frame.extend([1, 1, 0x11, 0]);
    let parts = [
        &[0xff, 0xd8][..],
        &segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        extra,
        &segment(0xc0, &frame),
        &segment(0xda, b"\x01\x01\0\0\x3f\0"),
        // A stuffed 0xff, a mark to begin anew at, and another scan, as progressive pictures have them.
        b"pix\xff\x00els\xff\xd0more",
        &segment(0xc4, b"\xff\xd9 in a table"),
        &segment(0xda, b"\x01\x01\0\0\x3f\0"),
        b"again",
        &[0xff, 0xd9],
    ];
    parts.concat()
}

fn exif(order: [u8; 4], upright: u8) -> Vec<u8> {
    let little = order.starts_with(b"II");
    let number = |value: u32, bytes: usize| {
        if little {
            value.to_le_bytes()[..bytes].to_vec()
        } else {
            value.to_be_bytes()[4 - bytes..].to_vec()
        }
    };
    let mut body = b"Exif\0\0".to_vec();
    body.extend(order);
    body.extend([number(8, 4), number(2, 2)].concat());
    // The camera, then which way is up.
    body.extend([number(0x0110, 2), number(2, 2), number(4, 4), b"SPY\0".to_vec()].concat());
    body.extend(
        [
            number(0x0112, 2),
            number(3, 2),
            number(1, 4),
            number(u32::from(upright), 2),
            vec![0; 2],
        ]
        .concat(),
    );
    body.extend(b"\0\0\0\0GPS 48.1 N 11.5 E");
    segment(0xe1, &body)
}

fn gif(width: u16, height: u16, extra: &[u8]) -> Vec<u8> {
    let size = [width.to_le_bytes(), height.to_le_bytes()].concat();
    let parts = [
        b"GIF89a",
        &size[..],
        b"\x80\0\0RGBrgb",
        b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0",
        extra,
        b"\x21\xf9\x04\0\0\0\0\0",
        b"\x2c\0\0\0\0\x01\0\x01\0\x80RGBrgb\x02\x02\x44\x01\0",
        b";",
    ];
    parts.concat()
}

fn webp(width: u32, height: u32, extra: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut canvas = vec![0b1100, 0, 0, 0];
    canvas.extend(&(width - 1).to_le_bytes()[..3]);
    canvas.extend(&(height - 1).to_le_bytes()[..3]);
    let mut chunks = Vec::new();
    let first: (&[u8; 4], &[u8]) = (b"VP8X", &canvas);
    for (name, body) in std::iter::once(first)
        .chain([(b"VP8L", &b"\x2fpixel"[..])])
        .chain(extra.iter().copied())
    {
        chunks.extend(name);
        chunks.extend(u32::try_from(body.len()).expect("short").to_le_bytes());
        chunks.extend(body);
        chunks.resize(chunks.len().next_multiple_of(2), 0);
    }
    let length = u32::try_from(chunks.len() + 4).expect("short").to_le_bytes();
    [b"RIFF", &length[..], b"WEBP", &chunks].concat()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn pictures_are_recognised_measured_and_otherwise_left_alone() {
    for (bytes, content_type) in [
        (png(640, 480, &[(b"gAMA", b"\0\0\xb1\x8f")]), "image/png"),
        (jpeg(640, 480, &segment(0xee, b"Adobe\0\x64\0\0\0\0\x01")), "image/jpeg"),
        (
            jpeg(640, 480, &segment(0xe2, b"ICC_PROFILE\0\x01\x01profile")),
            "image/jpeg",
        ),
        (gif(640, 480, b""), "image/gif"),
    ] {
        let image = clean(&bytes).expect(content_type);
        assert_eq!(
            (image.content_type, image.width, image.height),
            (content_type, 640, 480)
        );
        assert_eq!(image.bytes, bytes, "{content_type}");
    }
    let image = clean(&webp(640, 480, &[])).expect("WebP");
    assert_eq!(
        (image.content_type, image.width, image.height),
        ("image/webp", 640, 480)
    );
}

#[test]
fn what_is_nobodys_business_is_taken_out() {
    const SECRET: &[u8] = b"48.1 N 11.5 E";
    let with_exif = |order: &[u8; 4], upright| jpeg(640, 480, &exif(*order, upright));
    for (bytes, clear) in [
        (
            png(
                640,
                480,
                &[
                    (b"tEXt", SECRET),
                    (b"eXIf", SECRET),
                    (b"iTXt", SECRET),
                    (b"zTXt", SECRET),
                    (b"caBX", SECRET),
                ],
            ),
            png(640, 480, &[]),
        ),
        (with_exif(b"MM\0*", 1), jpeg(640, 480, b"")),
        (with_exif(b"II*\0", 1), jpeg(640, 480, b"")),
        (
            jpeg(
                640,
                480,
                &segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat()),
            ),
            jpeg(640, 480, b""),
        ),
        (
            jpeg(640, 480, &segment(0xe0, &[b"JFXX\0\x10", SECRET].concat())),
            jpeg(640, 480, b""),
        ),
        (jpeg(640, 480, &segment(0xee, SECRET)), jpeg(640, 480, b"")),
        (jpeg(640, 480, &segment(0xfe, SECRET)), jpeg(640, 480, b"")),
        (jpeg(640, 480, &segment(0xed, SECRET)), jpeg(640, 480, b"")),
        (
            jpeg(640, 480, &segment(0xe2, &[b"MPF\0", SECRET].concat())),
            jpeg(640, 480, b""),
        ),
        (
            gif(640, 480, &[b"\x21\xfe\x0d", SECRET, b"\0"].concat()),
            gif(640, 480, b""),
        ),
        (
            gif(640, 480, &[b"\x21\xff\x0bXMP DataXMP\x0d", SECRET, b"\0"].concat()),
            gif(640, 480, b""),
        ),
    ] {
        for bytes in [bytes.clone(), [&bytes, SECRET].concat()] {
            assert!(contains(&bytes, SECRET));
            assert_eq!(clean(&bytes).expect("a picture").bytes, clear, "{:x?}", &bytes[..4]);
        }
    }
    let image = clean(
        &[
            &webp(640, 480, &[(b"EXIF", SECRET), (b"XMP ", SECRET), (b"C2PA", SECRET)])[..],
            SECRET,
        ]
        .concat(),
    )
    .expect("WebP");
    let mut clear = webp(640, 480, &[]);
    clear[20] = 0;
    assert_eq!(image.bytes, clear, "and the canvas does not promise it");
}

#[test]
fn which_way_is_up_is_kept() {
    for (order, upright, size) in [
        (b"MM\0*", 3, (640, 480)),
        (b"MM\0*", 6, (480, 640)),
        (b"II*\0", 8, (480, 640)),
        (b"II*\0", 9, (640, 480)),
    ] {
        let image = clean(&jpeg(640, 480, &exif(*order, upright))).expect("a picture");
        assert_eq!((image.width, image.height), size, "{upright}");
        assert!(
            !contains(&image.bytes, b"GPS") && !contains(&image.bytes, b"SPY"),
            "{upright}"
        );
        assert_eq!(contains(&image.bytes, b"Exif"), upright < 9, "{upright}");
        let again = clean(&image.bytes).expect("a picture");
        assert_eq!(again, image, "what was cleaned stays as it is");
    }
    let two = [exif(*b"II*\0", 1), exif(*b"II*\0", 6)].concat();
    let image = clean(&jpeg(640, 480, &two)).expect("a picture");
    assert_eq!((image.width, image.height), (640, 480), "browsers take the first too");
}

#[test]
fn everything_else_is_refused() {
    for (bytes, why) in [
        (b"".to_vec(), Refused::Format),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), Refused::Format),
        (b"<html>".to_vec(), Refused::Format),
        (b"BM\0\0".to_vec(), Refused::Format),
        (b"RIFF\0\0\0\0WAVEfmt ".to_vec(), Refused::Format),
        (png(0, 480, &[]), Refused::Dimensions),
        (png(4_097, 480, &[]), Refused::Dimensions),
        (jpeg(640, 4_097, b""), Refused::Dimensions),
        (gif(5_000, 1, b""), Refused::Dimensions),
        (webp(1, 16_000, &[]), Refused::Dimensions),
        (b"\xff\xd8\xff\xd9".to_vec(), Refused::Malformed),
        (jpeg(640, 480, &[0xff, 0xe0, 0, 0]), Refused::Malformed),
        (png(640, 480, &[]).split_at(8).0.to_vec(), Refused::Malformed),
    ] {
        assert_eq!(
            clean(&bytes).expect_err("refused"),
            why,
            "{:x?}",
            &bytes[..bytes.len().min(12)]
        );
    }
    assert!(clean(&png(4_096, 4_096, &[])).is_ok(), "the largest");
}

#[test]
fn a_picture_that_ends_too_early_is_refused_wherever_it_ends() {
    for whole in [
        png(64, 48, &[(b"tEXt", b"x")]),
        jpeg(64, 48, &exif(*b"II*\0", 6)),
        gif(64, 48, b"\x21\xfe\x01x\0"),
        webp(64, 48, &[(b"EXIF", b"x")]),
    ] {
        for end in 0..whole.len() {
            assert!(clean(&whole[..end]).is_err(), "{:x?} {end}", &whole[..4]);
        }
        // Nor does any byte that is wrong lead to more than a refusal.
        for at in 0..whole.len() {
            for wrong in [0, 1, 0x7f, 0x80, 0xff] {
                let mut spoilt = whole.clone();
                spoilt[at] = wrong;
                let _either = clean(&spoilt);
            }
        }
    }
}
