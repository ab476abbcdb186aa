//! Commands and their options.

use crate::output::{Output, color, say, say_error, say_warnings};
use crate::{bar, repl, stats, stop, testing, timings};
use arr::{Error, Session};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// An array language: lazy, fused, compiled.
#[derive(Parser)]
#[command(name = "arr", version, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// Evaluate a text and print the value of its last expression
    #[arg(short = 'e', long = "eval", value_name = "CODE", allow_hyphen_values = true)]
    code: Option<String>,

    #[command(flatten)]
    settings: Settings,
}

#[derive(Args)]
struct Settings {
    /// Memory for arrays, such as 512MiB or 4GB [default: 60 % of the machine's, or of its control
    /// group's]; `explain` takes several, separated by commas
    #[arg(long, global = true, value_name = "SIZE", value_parser = size, value_delimiter = ',')]
    memory: Vec<usize>,

    /// Folder for arrays that do not fit into memory [default: the one for temporary files]
    #[arg(long, global = true, value_name = "DIR")]
    spill_dir: Option<PathBuf>,

    /// Bytes of such arrays at once, such as 100GB [default: what the disk has]
    #[arg(long, global = true, value_name = "SIZE", value_parser = size)]
    disk: Option<usize>,

    /// Threads that compute [default: one per core]
    #[arg(long, global = true, value_name = "N", value_parser = threads)]
    threads: Option<usize>,

    /// Afterwards, say on the standard error what was done and how long it took
    #[arg(long, global = true, value_name = "FORM", num_args = 0..=1, require_equals = true,
        default_missing_value = "text")]
    stats: Option<StatsForm>,

    /// No line about the progress of long evaluations, which a terminal shows otherwise
    #[arg(long, short, global = true)]
    quiet: bool,

    /// Chunk size along every dimension
    #[arg(long, global = true, hide = true, value_name = "N", value_parser = threads)]
    chunk: Option<usize>,

    /// Interpret plans instead of compiling them
    #[arg(long, global = true, hide = true)]
    interpret: bool,
}

/// How statistics are shown.
#[derive(Clone, Copy, ValueEnum)]
pub enum StatsForm {
    /// For people
    Text,
    /// For programs: one JSON object on one line
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Run a script
    Run(Script),
    /// Check a script without running it
    Check(Script),
    /// Show what a script computes: steps, fused operators, chunks, passes, bytes
    Explain(Script),
    /// Show a stage of the way from a script to machine code
    Dump {
        /// Which stage
        #[arg(long, value_enum)]
        stage: DumpStage,
        #[command(flatten)]
        script: Script,
    },
    /// Show what a file holds: arrays, shapes, dtypes, chunks, attributes
    Info {
        /// The files
        #[arg(required = true)]
        files: Vec<String>,
    },
    /// Tell more about an error's code, such as E0102
    ExplainError {
        /// The code
        code: String,
    },
    /// Run the examples in `##` comments and the functions `test_...` of scripts
    Test {
        /// The scripts [default: those of the current folder]
        files: Vec<PathBuf>,
    },
    /// Time every `timeit(...)` of scripts, and compare it with what the machine's memory can do
    Bench {
        /// The scripts, and values for their params as NAME=VALUE; what they print is not shown
        #[arg(required = true, value_name = "FILE")]
        files: Vec<String>,
        /// How often each runs, instead of what it says
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        repeat: Option<u32>,
        /// One JSON object instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Help about a topic, a function or a module of the language, or about a command
    Help {
        /// The topic, name or command; none lists the commands
        topic: Option<String>,
    },
    /// Start the interactive prompt
    Repl,
}

#[derive(Args)]
struct Script {
    /// The script; `-` is the standard input
    file: String,
    /// Values for its params
    #[arg(value_name = "NAME=VALUE", value_parser = param)]
    params: Vec<(String, String)>,
}

#[derive(Clone, Copy, ValueEnum)]
enum DumpStage {
    Ast,
    Hir,
    Graph,
    Plan,
    Kernel,
    Clif,
    Asm,
}

impl From<DumpStage> for arr::Stage {
    fn from(stage: DumpStage) -> arr::Stage {
        match stage {
            DumpStage::Ast => arr::Stage::Ast,
            DumpStage::Hir => arr::Stage::Hir,
            DumpStage::Graph => arr::Stage::Graph,
            DumpStage::Plan => arr::Stage::Plan,
            DumpStage::Kernel => arr::Stage::Kernel,
            DumpStage::Clif => arr::Stage::Clif,
            DumpStage::Asm => arr::Stage::Asm,
        }
    }
}

fn size(text: &str) -> Result<usize, String> {
    let wrong = || "a size is a number of bytes with a unit, such as 512MiB or 4GB".to_string();
    arr::parse_bytes(text).filter(|&n| n > 0).ok_or_else(wrong)
}

fn threads(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|n| (1..=4096).contains(n));
    number.ok_or_else(|| "a number from 1 to 4096 is needed".into())
}

fn param(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').ok_or("a param is given as NAME=VALUE")?;
    Ok((parts.0.trim().into(), parts.1.into()))
}

/// Does what the command line says; the exit code.
pub fn main() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return error.exit_code() as u8;
        }
    };
    let output = Output::new();
    let result = dispatch(&cli, &output).and_then(|code| output.finish().map(|()| code));
    bar::clear();
    match result {
        Ok(code) => code,
        Err(_) if output.is_closed() => 0,
        Err(error) => {
            let _ = output.finish();
            say_error(&error);
            error.exit_code()
        }
    }
}

fn dispatch(cli: &Cli, output: &Output) -> Result<u8, Error> {
    let settings = &cli.settings;
    if settings.memory.len() > 1 && !matches!(cli.command, Some(Command::Explain(_))) {
        say("error: only `explain` takes several sizes of memory\n");
        return Ok(2);
    }
    if let Some(code) = &cli.code {
        if cli.command.is_some() {
            say("error: -e takes no command beside it\n");
            return Ok(2);
        }
        return eval(code, settings, output);
    }
    match &cli.command {
        None | Some(Command::Repl) => {
            let session = session(settings, output);
            watched(&session, settings);
            repl::run(session, output)
        }
        Some(Command::Run(script)) => run(script, settings, output),
        Some(Command::Check(script)) => {
            let text = read(&script.file)?;
            let mut session = prepared(script, settings, output)?;
            let warnings = session.check_named(&script.file, &text)?;
            say_warnings(&warnings);
            Ok(0)
        }
        Some(Command::Explain(script)) => {
            let text = read(&script.file)?;
            let mut session = prepared(script, settings, output)?;
            let steps = session.explain_under(&script.file, &text, &settings.memory)?;
            output.put(&format!("{}\n", steps.trim_end()))?;
            Ok(0)
        }
        Some(Command::Dump { stage, script }) => {
            let text = read(&script.file)?;
            let mut session = prepared(script, settings, output)?;
            let dump = session.dump((*stage).into(), &script.file, &text)?;
            output.put(&format!("{}\n", dump.trim_end()))?;
            Ok(0)
        }
        Some(Command::Info { files }) => {
            for file in files {
                output.put(&format!("{}\n", arr::file_info(file)?))?;
            }
            Ok(0)
        }
        Some(Command::ExplainError { code }) => explain_error(code, output),
        Some(Command::Test { files }) => test(files, settings, output),
        Some(Command::Bench { files, repeat, json }) => {
            let repeat = repeat.map(|n| n as usize);
            bench(files, (repeat, *json), settings, output)
        }
        Some(Command::Help { topic }) => help(topic.as_deref(), settings, output),
    }
}

fn session(settings: &Settings, output: &Output) -> Session<'static> {
    let mut session = session_to(settings, output.clone());
    if settings.stats.is_some() {
        session.profile();
    }
    session
}

/// A session that prints to `output`.
fn session_to(settings: &Settings, output: impl Write + Send + 'static) -> Session<'static> {
    let mut builder =
        Session::builder().output(output).interpret(settings.interpret).chunk(settings.chunk);
    if let Some(&bytes) = settings.memory.first() {
        builder = builder.memory(bytes);
    }
    if settings.spill_dir.is_some() || settings.disk.is_some() {
        let folder = settings.spill_dir.clone().unwrap_or_else(std::env::temp_dir);
        builder = builder.spill(folder, settings.disk.map(|n| n as u64));
    }
    if let Some(threads) = settings.threads {
        builder = builder.threads(threads);
    }
    builder.build()
}

/// Shows how far a session is, unless that is not wanted.
fn watched(session: &Session<'_>, settings: &Settings) {
    if !settings.quiet {
        bar::show(session.watch());
    }
}

/// A session for a script: params set, Ctrl-C handled.
fn prepared(
    script: &Script,
    settings: &Settings,
    output: &Output,
) -> Result<Session<'static>, Error> {
    let mut session = session(settings, output);
    watched(&session, settings);
    stop::on_ctrl_c(session.interrupter(), output.clone(), true);
    for (name, value) in &script.params {
        session.set_param(name, value)?;
    }
    Ok(session)
}

fn read(file: &str) -> Result<String, Error> {
    if file != "-" {
        return arr::read_script(Path::new(file));
    }
    let mut bytes = vec![];
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(|e| arr::input_error(&e))?;
    arr::decode_script("the standard input", bytes)
}

fn run(script: &Script, settings: &Settings, output: &Output) -> Result<u8, Error> {
    let text = read(&script.file)?;
    let started = Instant::now();
    let mut session = prepared(script, settings, output)?;
    let result = session.run_script(&script.file, &text);
    output.finish().ok();
    let done = result.map(|warnings| say_warnings(&warnings));
    said(&mut session, settings, started);
    session.leave();
    if output.is_closed() {
        return Ok(0);
    }
    done.map(|()| 0)
}

fn eval(code: &str, settings: &Settings, output: &Output) -> Result<u8, Error> {
    let started = Instant::now();
    let mut session = session(settings, output);
    watched(&session, settings);
    stop::on_ctrl_c(session.interrupter(), output.clone(), true);
    let result = session.interact("<-e>", code, false);
    let done = result.and_then(|(shown, warnings)| {
        output.finish()?;
        say_warnings(&warnings);
        match shown {
            Some(text) => output.put(&(text + "\n")),
            None => Ok(()),
        }
    });
    said(&mut session, settings, started);
    session.leave();
    done.map(|()| 0)
}

/// Says what was done, where that is asked for.
fn said(session: &mut Session<'_>, settings: &Settings, started: Instant) {
    if let Some(form) = settings.stats {
        stats::stats(session, form, started);
    }
}

fn test(files: &[PathBuf], settings: &Settings, output: &Output) -> Result<u8, Error> {
    let here = if files.is_empty() { testing::scripts_here() } else { vec![] };
    let files = if files.is_empty() { &here } else { files };
    let report = testing::test_scripts(files, &|printed| session_to(settings, printed))?;
    for failure in &report.failures {
        output.put(&format!("{}\n\n", failure.trim_end()))?;
    }
    let failed = report.failures.len();
    output.put(&format!("{} passed, {failed} failed\n", report.passed))?;
    Ok(if failed == 0 { 0 } else { 3 })
}

fn bench(
    arguments: &[String],
    (repeat, json): (Option<usize>, bool),
    settings: &Settings,
    output: &Output,
) -> Result<u8, Error> {
    let params: Vec<_> = arguments.iter().filter_map(|a| param(a).ok()).collect();
    let files: Vec<_> = arguments.iter().filter(|a| param(a).is_err()).cloned().collect();
    if files.is_empty() {
        say("error: no script is named\n");
        return Ok(2);
    }
    let make = |file: &str| {
        let text = read(file)?;
        let mut session = session_to(settings, std::io::sink());
        for (name, value) in &params {
            session.set_param(name, value)?;
        }
        Ok((session, text))
    };
    // Nothing is measured for a script that is not there.
    files.iter().try_for_each(|file| if file == "-" { Ok(()) } else { read(file).map(|_| ()) })?;
    let threads = settings.threads.unwrap_or_else(arr::default_threads);
    let mut measured = Session::builder().threads(threads).build();
    let bandwidth = measured.bandwidth()?;
    drop(measured);
    let machine = timings::Machine { bandwidth, threads };
    timings::bench(&timings::Bench { files: &files, repeat, json, machine }, &make, output)
}

fn help(topic: Option<&str>, settings: &Settings, output: &Output) -> Result<u8, Error> {
    let mut root = Cli::command();
    root.build();
    let Some(topic) = topic else {
        output.put(&root.render_long_help().to_string())?;
        output.put("\nHelp about the language: arr help TOPIC, or help() at the prompt\n")?;
        return Ok(0);
    };
    if let Some(command) = root.find_subcommand_mut(topic) {
        output.put(&command.render_long_help().to_string())?;
        return Ok(0);
    }
    let quoted = topic.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " ");
    session(settings, output).interact("<help>", &format!("help(\"{quoted}\")"), false)?;
    Ok(0)
}

fn explain_error(code: &str, output: &Output) -> Result<u8, Error> {
    match arr::explain_error(code) {
        Some((title, explanation)) => {
            let bold = if color(&std::io::stdout()) { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
            let code = code.to_ascii_uppercase();
            output.put(&format!("{}{code}: {title}{}\n\n{explanation}", bold.0, bold.1))?;
            if let Some((wrong, right)) = arr::error_example(&code) {
                let indented = |text: &str| text.replace('\n', "\n    ");
                let (wrong, right) = (indented(wrong), indented(right));
                output.put(&format!("\nWrong:\n\n    {wrong}\n\nRight:\n\n    {right}\n"))?;
            }
            Ok(0)
        }
        None => {
            let shown: String = arr::escape(code).chars().take(40).collect();
            say(&format!("error: there is no error code `{shown}`\n"));
            Ok(2)
        }
    }
}
