//! System calls of a server that writes and sends, as `strace` notes them.
//!
//! [`judge`](super::judge) judges them. A thread stands still while strace notes the beginning of its call, and again while
//! it notes the return. So whatever must come after a return is noted after it.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use trivium_tests::eventually;

const NOTED: &str = "trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,fsync,fdatasync";
/// Bytes of each buffer that are noted. No call has as many.
const BYTES: &str = "1048576";
/// How often it is looked whether the notes are complete.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// One call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// What its first argument stands for: a path, or a kind such as `socket:[1]`.
    pub(crate) file: String,
    /// What it writes or sends, from all buffers.
    pub(crate) bytes: Vec<u8>,
    /// Line of the notes at which it begins.
    pub(crate) begun: usize,
    /// None: the process ended in it, or it was not carried out.
    pub(crate) returned: Option<Returned>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Returned {
    /// Line of the notes.
    pub(crate) at: usize,
    pub(crate) value: i64,
}

/// `strace`, where there is one that may trace.
pub(crate) struct Strace {
    program: PathBuf,
    notes: PathBuf,
}

impl Strace {
    /// One that notes in a file. None where there is none or the system does not let it trace, which is said.
    pub(crate) fn find(notes: &Path) -> Option<Self> {
        let folders = env::var_os("PATH").unwrap_or_default();
        let mut programs = env::split_paths(&folders).map(|folder| folder.join("strace"));
        let Some(program) = programs.find(|program| program.is_file()) else {
            eprintln!(
                "strace is left out, and with it what needs it: there is none; on Debian: apt-get install strace"
            );
            return None;
        };
        let strace = Self {
            program,
            notes: notes.to_owned(),
        };
        let tried = Command::new(&strace.program)
            .args(strace.options())
            .arg("true")
            .output();
        let tried = tried.expect("it is a program");
        if !tried.status.success() {
            let why = String::from_utf8_lossy(&tried.stderr);
            eprintln!(
                "strace is left out, and with it what needs it: it may not trace: {}",
                why.trim()
            );
            return None;
        }
        fs::remove_file(notes).expect("it has noted how `true` ended");
        Some(strace)
    }

    /// What goes before a command. The process that is begun with it becomes the command, and strace a grandchild of it that
    /// ends when the command ends.
    pub(crate) fn command(&self) -> Vec<OsString> {
        let begin = [self.program.clone().into(), "-D".into()];
        begin.into_iter().chain(self.options()).collect()
    }

    /// What was noted of a process, once it has ended.
    pub(crate) async fn calls(&self, process: u32) -> Vec<Call> {
        let process = process.to_string();
        let notes = eventually("the last note", async {
            loop {
                let notes = fs::read_to_string(&self.notes).expect("it is ASCII");
                let is_last = |line| parts(line).is_some_and(|(thread, note)| thread == process && is_end(note));
                if notes.ends_with('\n') && notes.lines().next_back().is_some_and(is_last) {
                    return notes;
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        });
        calls(&notes.await)
    }

    fn options(&self) -> Vec<OsString> {
        // Descriptors with their names, all strings in hexadecimal, and no stop at calls that are not noted.
        let options = ["-f", "-y", "-xx", "-s", BYTES, "-e", NOTED, "--seccomp-bpf", "-o"];
        let options = options.map(OsString::from).into_iter();
        options.chain([self.notes.clone().into()]).collect()
    }
}

/// The calls in some notes, in the order in which they began.
pub(crate) fn calls(notes: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut unfinished: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, line) in notes.lines().enumerate() {
        let (thread, note) = parts(line).expect("each begins with a thread");
        if is_end(note) || note.starts_with("---") {
            continue;
        }
        if note.starts_with("<... ") {
            let call = unfinished.remove(thread).and_then(|call| calls.get_mut(call));
            call.expect("what is resumed was begun").returned = returned(at, note);
            continue;
        }
        assert!(!note.contains("\"..."), "line {at}: not all of it is noted");
        let (name, arguments) = note.split_once('(').expect("a call has arguments");
        let is_finished = !note.ends_with("<unfinished ...>");
        if !is_finished {
            unfinished.insert(thread, calls.len());
        }
        calls.push(Call {
            name: name.to_owned(),
            file: file(arguments),
            bytes: arguments.split('"').skip(1).step_by(2).flat_map(bytes).collect(),
            begun: at,
            returned: is_finished.then(|| returned(at, note)).flatten(),
        });
    }
    calls
}

/// The thread, and what is noted of it.
fn parts(line: &str) -> Option<(&str, &str)> {
    let (thread, note) = line.split_once(' ')?;
    Some((thread, note.trim_start()))
}

fn is_end(note: &str) -> bool {
    note.starts_with("+++")
}

/// From `7<\x2f\x61>, …`.
fn file(arguments: &str) -> String {
    let name = arguments.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    let name: Vec<u8> = name.map(|(name, _)| bytes(name).collect()).unwrap_or_default();
    String::from_utf8_lossy(&name).into_owned()
}

/// From `\x61\x62`.
fn bytes(hex: &str) -> impl Iterator<Item = u8> {
    let digits = hex.split("\\x").skip(1);
    digits.map(|digits| u8::from_str_radix(digits, 16).expect("two digits"))
}

/// From `… = 12`; none for `… = ?`. Nothing behind an equals sign and a blank is an argument.
fn returned(at: usize, note: &str) -> Option<Returned> {
    let (_, result) = note.rsplit_once(" = ")?;
    let value = result.split(' ').next()?.parse().ok()?;
    Some(Returned { at, value })
}

#[test]
fn notes_are_read_as_strace_writes_them() {
    let notes = r#"71    pwrite64(5<\x2f\x78>, "\x61\x62", 2, 0 <unfinished ...>
72 sendto(9<\x73\x6f\x63\x6b\x65\x74\x3a\x5b\x31\x5d>, "\x63", 1, MSG_NOSIGNAL, NULL, 0) = -1 EAGAIN (Resource temporarily unavailable)
71    <... pwrite64 resumed>)           = 2
71 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=1, si_uid=0} ---
71 fdatasync(5<\x2f\x78>)            = 0
72 writev(9<\x73>, [{iov_base="\x64", iov_len=1}, {iov_base="\x65\x66", iov_len=2}], 2) = 3
71 fsync(5<\x2f\x78> <unfinished ...>
72 +++ killed by SIGKILL +++
71 <... fsync resumed>)              = ?
71 +++ killed by SIGKILL +++
"#;
    let read: Vec<_> = calls(notes)
        .into_iter()
        .map(|call| {
            let bytes = String::from_utf8(call.bytes).expect("text");
            let returned = call.returned.map(|returned| (returned.at, returned.value));
            format!("{} {} {bytes:?} {} {returned:?}", call.name, call.file, call.begun)
        })
        .collect();
    let expected = [
        r#"pwrite64 /x "ab" 0 Some((2, 2))"#,
        r#"sendto socket:[1] "c" 1 Some((1, -1))"#,
        r#"fdatasync /x "" 4 Some((4, 0))"#,
        r#"writev s "def" 5 Some((5, 3))"#,
        r#"fsync /x "" 6 None"#,
    ];
    assert_eq!(read, expected);
}
