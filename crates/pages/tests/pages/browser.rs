//! Chromium without a window, as `dev/test` installs it, and what it makes of a page.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// Written into a copy of a page, in place of the policy that forbids every script. The answer is in the title
/// of the page around it.
const MEASURES: &str = "<script>addEventListener('load', () => {
  const light = (c) => { const [r, g, b] = c.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = numbers(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  let contrast = 21;
  for (const e of document.body.querySelectorAll('*')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(numbers(getComputedStyle(e).color).slice(0, 3)), light(behind(e))];
    contrast = Math.min(contrast, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
  }
  const smallest = Math.min(...[...document.body.querySelectorAll('*')].map(e => parseFloat(getComputedStyle(e).fontSize)));
  parent.document.title += [innerWidth, document.documentElement.scrollWidth, Math.floor(contrast * 100),
    Math.floor(smallest)] + ';';
});</script>";

/// What a page measures on a screen.
#[derive(Debug)]
pub struct Measured {
    pub window: u32,
    /// As wide as the page is when it is scrolled sideways.
    pub page: u32,
    /// The least contrast of any text with what is behind it, times 100.
    pub contrast: u32,
    /// The smallest type, in CSS pixels.
    pub type_size: u32,
}

/// A page as it was printed.
pub struct Printed {
    pub sheets: Vec<Sheet>,
    /// What the browser's console said.
    pub console: Vec<String>,
    /// What the page asked the network for.
    pub asked: Vec<String>,
}

/// A sheet of paper: its size, and each word with its left, top, right and bottom edge, in points.
pub struct Sheet {
    pub width: f64,
    pub height: f64,
    pub words: Vec<(String, [f64; 4])>,
}

pub struct Browser {
    folder: PathBuf,
    proxy: u16,
    asked: Receiver<String>,
}

impl Browser {
    /// A browser with a profile of its own, whose every way to the network ends here.
    pub fn new(test: &str) -> Browser {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = listener.local_addr().unwrap().port();
        let (tell, asked) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut line = String::new();
                let _ = BufReader::new(stream).read_line(&mut line);
                if tell.send(line.trim().to_owned()).is_err() {
                    break;
                }
            }
        });
        Browser { folder, proxy, asked }
    }

    /// What a page measures in windows of these widths.
    pub fn measure(&self, html: &str, widths: &[u32]) -> Vec<Measured> {
        let policy = html.split_once("<meta http-equiv=\"Content-Security-Policy\"");
        let measuring = match policy.and_then(|(before, rest)| Some((before, rest.split_once('>')?.1))) {
            Some((before, after)) => format!("{before}{MEASURES}{after}"),
            None => format!("{MEASURES}{html}"),
        };
        // No window is as narrow as a phone; a frame is.
        let framed = measuring.replace('&', "&amp;").replace('"', "&quot;");
        let frame = |width: &u32| {
            format!("<iframe style=\"width: {width}px; height: 900px; border: 0\" srcdoc=\"{framed}\"></iframe>")
        };
        let frames: String = widths.iter().map(frame).collect();
        let around =
            format!("<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title></title></head>{frames}</html>");
        let (told, _) = self.run(&["--window-size=1400,1000".into(), "--dump-dom".into()], &around);
        let title = told.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        let (title, _) = title.unwrap_or_else(|| panic!("nothing was measured:\n{told}"));
        let measured = |numbers: &str| {
            let numbers: Vec<u32> = numbers.split(',').map(|number| number.parse().unwrap()).collect();
            Measured { window: numbers[0], page: numbers[1], contrast: numbers[2], type_size: numbers[3] }
        };
        title.split_terminator(';').map(measured).collect()
    }

    pub fn print(&self, html: &str) -> Printed {
        let pdf = self.folder.join("page.pdf");
        let _ = fs::remove_file(&pdf);
        let (_, log) = self.run(&["--no-pdf-header-footer".into(), format!("--print-to-pdf={}", pdf.display())], html);
        let boxes = output("pdftotext", [OsStr::new("-bbox"), pdf.as_os_str(), OsStr::new("-")]).0;
        let console = log.lines().filter(|line| line.contains(":CONSOLE:")).map(str::to_owned).collect();
        Printed { sheets: boxes.split("<page ").skip(1).map(sheet).collect(), console, asked: self.asked() }
    }

    /// What was asked for so far. Requests are read in the order in which they came, so the last word is ours.
    fn asked(&self) -> Vec<String> {
        TcpStream::connect(("127.0.0.1", self.proxy)).and_then(|mut end| end.write_all(b"END\n")).unwrap();
        let asked = self.asked.iter().take_while(|line| line != "END");
        asked.filter(|line| !is_the_browsers_own(line)).collect()
    }

    fn run(&self, arguments: &[String], html: &str) -> (String, String) {
        let page = self.folder.join("page.html");
        fs::write(&page, html).unwrap();
        let flags = "--headless --no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage --no-first-run \
            --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
            --enable-logging=stderr --proxy-bypass-list=<-loopback>";
        let mut words: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
        words.push(format!("--user-data-dir={}", self.folder.join("profile").display()));
        words.push(format!("--proxy-server=http://127.0.0.1:{}", self.proxy));
        words.extend_from_slice(arguments);
        words.push(format!("file://{}", page.display()));
        output("chromium", words)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Chromium asks its makers for the time and for updates whatever the flags; a page of ours that named them
/// would not stand by itself, which is tested apart.
fn is_the_browsers_own(request: &str) -> bool {
    let host = request.split(' ').nth(1).unwrap_or_default();
    let host = host.split("//").last().unwrap_or_default().split(['/', ':']).next().unwrap_or_default();
    ["google.com", "googleapis.com", "gvt1.com"].iter().any(|own| host == *own || host.ends_with(&format!(".{own}")))
}

/// What a program said, and what it said of errors.
fn output(program: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> (String, String) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    assert!(
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file()),
        "{program} is not installed, and the pages are tested in it: run dev/test, which installs it"
    );
    // One that hangs is ended, and fails.
    let ran = Command::new("timeout").args(["--kill-after=5", "120", program]).args(arguments).output().unwrap();
    let (told, log) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{program} ended with {}:\n{log}", ran.status);
    (told.into_owned(), log.into_owned())
}

/// `width="595.9" height="842.8">`, then `<word xMin="1" yMin="2" xMax="3" yMax="4">text</word>` for each word.
fn sheet(told: &str) -> Sheet {
    let number = |text: &str, name: &str| {
        let rest = text.split(&format!("{name}=\"")).nth(1).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().parse::<f64>().unwrap()
    };
    let word = |word: &str| {
        let (edges, text) = word.split_once('>').unwrap_or_default();
        let text = text.split("</word>").next().unwrap_or_default().to_owned();
        (text, ["xMin", "yMin", "xMax", "yMax"].map(|edge| number(edges, edge)))
    };
    Sheet {
        width: number(told, "width"),
        height: number(told, "height"),
        words: told.split("<word ").skip(1).map(word).collect(),
    }
}
