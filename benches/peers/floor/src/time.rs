//! What one command costs, as the kernel tells it of the finished process and its children.
//!
//! This is a small program of its own because a process starts with the peak memory of the one that launches it.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::Outcome;

/// What a command may take before it is ended.
pub(crate) struct Limits {
    pub(crate) seconds: f64,
    pub(crate) mib: u64,
}

/// What a command took.
struct Cost {
    status: i32,
    usage: libc::rusage,
}

pub(crate) fn run(result: &str, limits: &Limits, stdout: &str, folder: &str, command: &[&str]) -> Outcome<bool> {
    let start = Instant::now();
    let child = Command::new(command[0])
        .args(&command[1..])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(File::create(stdout)?)
        .stderr(File::create(format!("{result}.err"))?)
        .process_group(0)
        .spawn()
        .map_err(|problem| format!("{}: {problem}", command[0]))?;
    let (cost, cut) = finished(&child, start, limits)?;
    let wall = start.elapsed().as_secs_f64();
    let reason = cut.unwrap_or_default();
    let (user, system) = (seconds(cost.usage.ru_utime), seconds(cost.usage.ru_stime));
    let (status, kib) = (cost.status, cost.usage.ru_maxrss);
    let report = serde_json::json!({
        "status": status, "cut": reason, "wall": wall, "user": user, "sys": system, "rss_kib": kib,
    });
    std::fs::write(result, report.to_string())?;
    Ok(status == 0)
}

/// Waits for a child, which a second thread ends when it takes too much.
fn finished(child: &Child, start: Instant, limits: &Limits) -> Outcome<(Cost, Option<&'static str>)> {
    let pid = libc::pid_t::try_from(child.id())?;
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let guard = scope.spawn(|| guard(pid, start, limits, &done));
        let cost = wait(pid);
        done.store(true, Ordering::Relaxed);
        guard.thread().unpark();
        let cut = guard.join().map_err(|_| "the guard panicked")?;
        Ok((cost?, cut))
    })
}

fn guard(pid: libc::pid_t, start: Instant, limits: &Limits, done: &AtomicBool) -> Option<&'static str> {
    while !done.load(Ordering::Relaxed) {
        std::thread::park_timeout(Duration::from_millis(100));
        let reason = if resident(pid) > limits.mib {
            "memory limit"
        } else if start.elapsed().as_secs_f64() > limits.seconds {
            "time limit"
        } else {
            continue;
        };
        end(pid);
        return Some(reason);
    }
    None
}

/// The memory that a process has now, in MiB.
fn resident(pid: libc::pid_t) -> u64 {
    let pages = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4 / 1024
}

#[allow(unsafe_code)]
fn end(pid: libc::pid_t) {
    // SAFETY: a system call without pointers; the group is the child's own.
    unsafe { libc::kill(-pid, libc::SIGKILL) };
}

#[allow(unsafe_code)]
fn wait(pid: libc::pid_t) -> Outcome<Cost> {
    let mut raw = 0;
    // SAFETY: both pointers are to values that live until the call returns, and zeros are a valid `rusage`.
    let (ended, usage) = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        (libc::wait4(pid, &raw mut raw, 0, &raw mut usage), usage)
    };
    if ended != pid {
        return Err(std::io::Error::last_os_error().into());
    }
    let status = if libc::WIFEXITED(raw) { libc::WEXITSTATUS(raw) } else { 128 + libc::WTERMSIG(raw) };
    Ok(Cost { status, usage })
}

#[allow(clippy::cast_precision_loss)]
fn seconds(time: libc::timeval) -> f64 {
    time.tv_sec as f64 + time.tv_usec as f64 / 1e6
}
