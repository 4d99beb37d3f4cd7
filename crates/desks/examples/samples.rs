//! Writes every sample page in both languages into the folder named as argument,
//! with style sheets and scripts beside them, so that they open from the disk.

#[path = "../tests/samples/mod.rs"]
mod samples;

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use web::assets;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder to write the samples into")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder.join("assets"))?;
    for name in assets::names() {
        let address = assets::href(name);
        let path = address.strip_prefix(assets::PREFIX).ok_or("an asset lives outside the assets")?;
        let (_, bytes) = assets::asset(path).ok_or("an asset does not answer")?;
        std::fs::write(folder.join("assets").join(path), bytes)?;
    }
    let mut list = String::new();
    for sample in samples::all() {
        let html = sample.html.replace(&format!("\"{}", assets::PREFIX), "\"assets/");
        std::fs::write(folder.join(format!("{}.html", sample.name)), html)?;
        writeln!(list, "<li lang=\"{}\"><a href=\"{}.html\">{}</a></li>", sample.lang.tag(), sample.name, sample.name)?;
    }
    std::fs::write(
        folder.join("index.html"),
        format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Samples</title><ul>\n{list}</ul></html>"
        ),
    )?;
    Ok(())
}
