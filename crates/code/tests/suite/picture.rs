//! QR pictures: which version each kind needs, and whether zbar reads them after
//! what a camera does: shrinking, turning, tilt, blur, noise, uneven light.
//! Left out where zbarimg is missing, unless `YIMA_NEED_ZBAR=1`.

use crate::scene::{Chance, DEVICE, NOW, World, keys};
use code::{Code, Realm, Step, read};
use fast_qr::{ECL, Mode, QRBuilder, QRCode};
use std::process::Command;

fn qr(text: &str) -> QRCode {
    QRBuilder::new(text).mode(Mode::Alphanumeric).ecl(ECL::M).build().expect("fits")
}

fn version(text: &str) -> usize {
    (qr(text).size - 17) / 4
}

#[test]
fn each_kind_fits_its_version() {
    let world = World::new(Realm::Production);
    for suite in [1, 2] {
        let phone = keys(suite).stock(DEVICE, NOW, 1).mint(Step::at(NOW)).expect("minted");
        assert_eq!(version(&phone.text()), 3);
    }
    for party in &world.parties {
        assert!(version(&party.offline([0xAB; 16])) <= 10);
        assert!(version(&party.paper([0xAB; 16])) <= 8);
        assert!(version(&party.site([0xAB; 8])) <= 8);
    }
}

/// How a picture was taken.
#[derive(Debug, Clone, Copy)]
struct Camera {
    /// Pixels of a module.
    scale: f64,
    /// Degrees.
    turned: f64,
    /// How much narrower the far side is, of one.
    tilt: f64,
    /// Times that each pixel is averaged with its neighbours.
    blur: u32,
    /// Noise, grey levels both ways.
    noise: u32,
    /// Grey levels that the light falls off by from side to side.
    shade: f64,
}

/// A grey picture in PGM, taken of a code with its quiet zone.
fn picture(code: &QRCode, camera: &Camera) -> Vec<u8> {
    let modules = i32::try_from(code.size).expect("small");
    let side = f64::from(modules + 8) * camera.scale * 1.5;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels of a small picture")]
    let pixels = side as usize;
    let (sin, cos) = camera.turned.to_radians().sin_cos();
    let dark = |x: f64, y: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "modules of a small picture")]
        let (column, row) = ((x.floor()) as i32, (y.floor()) as i32);
        let inside = (0..modules).contains(&column) && (0..modules).contains(&row);
        inside && usize::try_from(row).is_ok_and(|row| code[row][usize::try_from(column).unwrap_or(0)].value())
    };
    let mut chance = Chance(3);
    let mut grey = vec![0.0; pixels * pixels];
    for (at, level) in grey.iter_mut().enumerate() {
        let (column, row) = (at % pixels, at / pixels);
        let mut light = 0.0;
        // Four samples a pixel, so that shrinking averages as a lens does.
        for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
            #[expect(clippy::cast_precision_loss, reason = "pixels of a small picture")]
            let (x, y) = ((column as f64 + dx) / side - 0.5, (row as f64 + dy) / side - 0.5);
            let (x, y) = (x * cos - y * sin, x * sin + y * cos);
            let far = 1.0 - camera.tilt * (y + 0.5);
            let span = f64::from(modules + 8) * 1.5;
            let (x, y) = (x / far * span, y / far * span);
            let middle = f64::from(modules) / 2.0;
            light += if dark(x + middle, y + middle) { 40.0 } else { 225.0 };
        }
        #[expect(clippy::cast_precision_loss, reason = "pixels of a small picture")]
        let shade = camera.shade * column as f64 / side;
        *level = light / 4.0 - shade;
    }
    for _time in 0..camera.blur {
        grey = blurred(&grey, pixels);
    }
    let mut out = format!("P5\n{pixels} {pixels}\n255\n").into_bytes();
    for level in grey {
        let noise = i32::try_from(chance.below(usize::try_from(2 * camera.noise + 1).expect("small"))).expect("small");
        let noisy = level + f64::from(noise) - f64::from(camera.noise);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held to a byte")]
        out.push(noisy.clamp(0.0, 255.0) as u8);
    }
    out
}

fn blurred(grey: &[f64], pixels: usize) -> Vec<f64> {
    let near = |at: usize| {
        let (column, row) = (at % pixels, at / pixels);
        let (mut sum, mut count) = (0.0, 0.0);
        for y in row.saturating_sub(1)..=(row + 1).min(pixels - 1) {
            for x in column.saturating_sub(1)..=(column + 1).min(pixels - 1) {
                sum += grey[y * pixels + x];
                count += 1.0;
            }
        }
        sum / count
    };
    (0..grey.len()).map(near).collect()
}

fn zbar() -> bool {
    let found = Command::new("zbarimg").arg("--version").output().is_ok_and(|output| output.status.success());
    let needed = std::env::var_os("YIMA_NEED_ZBAR").is_some_and(|value| value == "1");
    assert!(found || !needed, "YIMA_NEED_ZBAR=1, but zbarimg is missing");
    found
}

fn scanned(picture: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("picture.pgm");
    std::fs::write(&file, picture).expect("written");
    let read = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&file).output().expect("runs");
    String::from_utf8_lossy(&read.stdout).into_owned()
}

#[test]
fn photographed_and_shrunk_pictures_are_read() {
    if !zbar() {
        return;
    }
    let world = World::new(Realm::Production);
    let phone = keys(1).stock(DEVICE, NOW, 1).mint(Step::at(NOW)).expect("minted").text();
    let texts = [phone, world.party(1).offline([7; 16]), world.party(2).paper([7; 16]), world.party(3).site([7; 8])];
    let plain = Camera { scale: 4.0, turned: 0.0, tilt: 0.0, blur: 0, noise: 0, shade: 0.0 };
    let cameras = [
        plain,
        Camera { scale: 2.0, ..plain },
        Camera { scale: 3.0, noise: 30, ..plain },
        Camera { scale: 5.0, turned: 17.0, blur: 1, noise: 12, ..plain },
        Camera { scale: 5.0, turned: 90.0, ..plain },
        Camera { scale: 6.0, turned: -8.0, tilt: 0.12, blur: 2, noise: 10, shade: 90.0 },
        Camera { scale: 6.0, turned: 193.0, tilt: 0.06, blur: 1, noise: 12, shade: 40.0 },
    ];
    for text in &texts {
        for camera in &cameras {
            let read_back = scanned(&picture(&qr(text), camera));
            // What a scanner adds at the end is passed over by the reader.
            assert_eq!(read(&read_back).map(|code| code.text()).as_ref(), Ok(text), "{camera:?}");
        }
    }
    assert!(matches!(read(&texts[1]), Ok(Code::Offline(_))));
}
