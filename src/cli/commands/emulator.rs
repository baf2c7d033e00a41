//! `cosput emulator`: a COS server on this machine.

use crate::cli::options::EmulatorOptions;
use crate::cli::output::console::{Console, shown};
use crate::cli::output::failures::exit::SUCCESS;
use crate::cli::output::failures::failure::Failure;
use crate::cli::output::json::{Line, Listening};
use crate::cli::process::runtime;
use crate::cli::process::world::World;
use crate::cli::uploading::connection::{emulator_credentials, reserve_thread};
use crate::cos::{Credentials, Edition};
use crate::credentials::Environment;
use crate::emulator;
use crate::emulator::{
    DEFAULT_SECRET_ID, DEFAULT_SECRET_KEY, Fault, Options, TEMPORARY_SECRET_ID, TEMPORARY_SECRET_KEY, TEMPORARY_TOKEN,
};
use crate::language::{Message, Phrase, message, phrase};

/// Runs the emulator until a signal arrives. Returns the exit code.
pub(crate) fn run(options: &EmulatorOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    if options.faults.iter().any(|fault| fault == "help") {
        console.result(&known_faults());
        return Ok(SUCCESS);
    }
    let faults = faults(&options.faults)?;
    let named = credentials(world)?;
    let credentials = match &named {
        Some(named) => vec![named.clone()],
        None => vec![emulator_credentials(), temporary_credentials()],
    };
    let serve = Options {
        dir: options.directory.clone(),
        listen: options.listen,
        service: options.service,
        cdcs_xml: options.edition == Edition::Xml,
        credentials,
        region: options.region.clone(),
        buckets: (!options.buckets.is_empty()).then(|| options.buckets.clone()),
        faults,
        clock: world.clock,
    };
    runtime::run(serve_until_signalled(serve, named.as_ref(), options.json, world, console))?
}

async fn serve_until_signalled(
    serve: Options,
    named: Option<&Credentials>,
    as_json: bool,
    world: &mut World,
    console: &Console,
) -> Result<u8, Failure> {
    let (listen, directory) = (serve.listen, shown(&serve.dir));
    let failed = |why: Message| {
        Failure::Other(message!("could not serve {directory} on {listen}: {why}", directory, listen, why))
    };
    // A script may stop the emulator as soon as its address is printed.
    world.signals.listen();
    reserve_thread().await.map_err(|why| failed(Message::of(&why)))?;
    let emulator = emulator::start(serve).await.map_err(|error| failed(Message::of(&error)))?;
    let url = emulator.url();
    if as_json {
        console.event(&Line::Listening(Listening { url: &url }));
    } else {
        console.result(&url);
    }
    console.message(&if listen.ip().is_loopback() {
        message!("objects are kept in {directory}, and nothing leaves this machine; press Ctrl-C to stop", directory)
    } else {
        message!("objects are kept in {directory}, and other machines may reach them; press Ctrl-C to stop", directory)
    });
    for line in instructions(&url, named) {
        console.message(&line);
    }
    world.signals.next().await;
    emulator.stop().await;
    Ok(SUCCESS)
}

/// The accepted values of `--fault`.
fn known_faults() -> String {
    let table = |rows: &[(&str, Phrase)]| -> Vec<String> {
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        rows.iter().map(|(name, description)| format!("  {name:width$}  {description}")).collect()
    };
    let mut lines = vec![phrase!("Faults, written NAME or NAME:ARGUMENT=VALUE,…").to_string()];
    lines.extend(table(Fault::names()));
    lines.extend([String::new(), phrase!("Arguments").to_string()]);
    lines.extend(table(Fault::arguments()));
    lines.join("\n")
}

fn faults(typed: &[String]) -> Result<Vec<Fault>, Failure> {
    let refused = |fault: &String, error: emulator::InvalidFault| {
        Failure::usage(message!("--fault {fault} cannot be used: {error}", fault, error))
    };
    typed.iter().map(|fault| fault.parse().map_err(|error| refused(fault, error))).collect()
}

/// How to use the emulator: its credentials, a command to paste, and the page for a browser. Environment credentials
/// may be real ones and are not shown.
fn instructions(url: &str, named: Option<&Credentials>) -> Vec<Message> {
    let upload = format!("cosput upload --endpoint {url} FILE cos://examplebucket-1250000000");
    let (credentials, upload) = match named {
        Some(named) => (vec![message!("credentials: {id} of the environment", id = named.masked_id())], upload),
        None => (
            vec![
                message!("credentials: {id} {key}", id = DEFAULT_SECRET_ID, key = DEFAULT_SECRET_KEY),
                message!(
                    "temporary credentials: {id} {key} {token}",
                    id = TEMPORARY_SECRET_ID,
                    key = TEMPORARY_SECRET_KEY,
                    token = TEMPORARY_TOKEN
                ),
            ],
            format!("COS_SECRET_ID={DEFAULT_SECRET_ID} COS_SECRET_KEY={DEFAULT_SECRET_KEY} {upload}"),
        ),
    };
    let usage = [
        message!("to upload a file: {command}", command = upload),
        message!("to see the objects: open {url} in a browser", url),
    ];
    credentials.into_iter().chain(usage).collect()
}

fn temporary_credentials() -> Credentials {
    Credentials::new(TEMPORARY_SECRET_ID, TEMPORARY_SECRET_KEY, Some(TEMPORARY_TOKEN))
        .expect("the emulator's temporary credentials are well-formed")
}

/// The credentials in the environment, if there are any.
fn credentials(world: &World) -> Result<Option<Credentials>, Failure> {
    let environment = Environment { variables: world.variables.all(), ..Environment::default() };
    environment.keys().map_err(Failure::NoCredentials)
}
