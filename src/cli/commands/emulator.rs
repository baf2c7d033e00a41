//! `cosput emulator`: a COS server on this machine.

use crate::cli::options::EmulatorOptions;
use crate::cli::output::console::{Console, shown};
use crate::cli::output::exit::SUCCESS;
use crate::cli::output::failure::Failure;
use crate::cli::output::json::{Line, Listening};
use crate::cli::process::runtime;
use crate::cli::process::world::World;
use crate::cli::uploading::connection::emulator_credentials;
use crate::cos::{Credentials, Edition};
use crate::credentials::Environment;
use crate::emulator;
use crate::emulator::{Fault, Options};

/// Serves until a signal comes. Returns the exit code.
pub(crate) fn run(options: &EmulatorOptions, world: &mut World, console: &Console) -> Result<u8, Failure> {
    if options.faults.iter().any(|fault| fault == "help") {
        console.result(&known_faults());
        return Ok(SUCCESS);
    }
    let faults = faults(&options.faults)?;
    let serve = Options {
        dir: options.directory.clone(),
        listen: options.listen,
        service: options.service,
        cdcs_xml: options.edition == Edition::Xml,
        credentials: vec![credentials(world)?],
        region: None,
        buckets: (!options.buckets.is_empty()).then(|| options.buckets.clone()),
        faults,
        clock: world.clock,
    };
    runtime::run(serve_until_signalled(serve, options.json, world, console))?
}

async fn serve_until_signalled(
    serve: Options,
    as_json: bool,
    world: &mut World,
    console: &Console,
) -> Result<u8, Failure> {
    let (listen, directory) = (serve.listen, shown(&serve.dir));
    let emulator = emulator::start(serve)
        .await
        .map_err(|error| Failure::Other(format!("could not serve {directory} on {listen}: {error}")))?;
    let url = emulator.url();
    if as_json {
        console.event(&Line::Listening(Listening { url: &url }));
    } else {
        console.result(&url);
    }
    console.message(&format!("serving {directory}; Ctrl-C ends it"));
    world.signals.next().await;
    emulator.stop().await;
    Ok(SUCCESS)
}

/// What `--fault` takes.
fn known_faults() -> String {
    let table = |rows: &[(&str, &str)]| -> Vec<String> {
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        rows.iter().map(|(name, description)| format!("  {name:width$}  {description}")).collect()
    };
    let mut lines = vec!["Faults, written NAME or NAME:ARGUMENT=VALUE,…".to_owned()];
    lines.extend(table(Fault::names()));
    lines.extend([String::new(), "Arguments".to_owned()]);
    lines.extend(table(Fault::arguments()));
    lines.join("\n")
}

fn faults(typed: &[String]) -> Result<Vec<Fault>, Failure> {
    typed
        .iter()
        .map(|fault| fault.parse().map_err(|error| Failure::usage(format!("--fault {fault} cannot be used: {error}"))))
        .collect()
}

/// The pair of the environment, or the emulator's own.
fn credentials(world: &World) -> Result<Credentials, Failure> {
    let environment = Environment { variables: world.variables.all(), ..Environment::default() };
    let named = environment.keys().map_err(|error| Failure::NoCredentials(error.to_string()))?;
    Ok(named.unwrap_or_else(emulator_credentials))
}
