//! From arguments to delta uploads.

use std::path::{Path, PathBuf};

use super::sources::Wanted;
use crate::cli::args::{DeltaArguments, DeltaChoice};
use crate::cli::output::failures::failure::Failure;
use crate::cos::Service;
use crate::language::message;
use crate::upload::delta::settings::{DeltaSettings, MapPlace};

/// The directory of maps, in the directory of the journals.
const MAPS: &str = "maps";

/// How objects are uploaded as deltas; `None` if they are not.
pub(super) fn delta(
    arguments: &DeltaArguments,
    (wanted, service, publish_together): (&Wanted, Service, bool),
    state_directory: Option<&Path>,
) -> Result<Option<DeltaSettings>, Failure> {
    let choice = arguments.delta.filter(|choice| *choice != DeltaChoice::Never);
    let Some(choice) = choice else {
        if arguments.delta.is_none() && arguments.delta_map.is_some() {
            return Err(Failure::usage(message!(
                "--delta-map is for uploads with --delta; add --delta, or leave it out"
            )));
        }
        return Ok(None);
    };
    if service == Service::Cdcs {
        return Err(Failure::usage(message!("--delta is for COS: CDCS cannot copy objects; leave it out")));
    }
    if matches!(wanted, Wanted::Stdin { .. }) {
        return Err(Failure::usage(message!(
            "--delta is for files: a stream cannot be read again; leave it out with stdin"
        )));
    }
    if publish_together {
        return Err(Failure::usage(message!(
            "--delta and --publish-together exclude each other; leave one of them out"
        )));
    }
    Ok(Some(DeltaSettings {
        thorough: choice == DeltaChoice::Always,
        place: place(arguments.delta_map.as_deref())?,
        directory: maps(state_directory),
    }))
}

fn place(name: Option<&str>) -> Result<MapPlace, Failure> {
    let Some(name) = name else { return Ok(MapPlace::Here) };
    MapPlace::named(name).ok_or_else(|| {
        let name = format!("{name:?}");
        Failure::usage(message!("--delta-map {name} is no place for maps; give here, object or object:PREFIX", name))
    })
}

/// How an upload goes on that began with --delta, by the place of the map in its journal.
pub(crate) fn resumed(place: Option<&str>, state_directory: Option<&Path>) -> Option<DeltaSettings> {
    let place = place.and_then(MapPlace::named)?;
    Some(DeltaSettings { thorough: false, place, directory: maps(state_directory) })
}

fn maps(state_directory: Option<&Path>) -> Option<PathBuf> {
    state_directory.map(|directory| directory.join(MAPS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::options::upload::tests::{BUCKET, options};

    const COS: [&str; 4] = ["f", "-b", BUCKET, "--region=ap-guangzhou"];

    fn settings(arguments: &[&str]) -> Result<Option<DeltaSettings>, String> {
        options(&[&COS, arguments].concat(), &[("HOME", "/home/u"), ("XDG_STATE_HOME", "/s"), ("LOCALAPPDATA", "/s")])
            .map(|options| options.delta)
    }

    #[test]
    fn a_delta_is_made_only_if_it_is_asked_for() {
        for never in [&[][..], &["--delta=never"], &["--delta=never", "--delta-map=object"]] {
            assert_eq!(settings(never), Ok(None), "{never:?}");
        }
        let here = settings(&["--delta"]).unwrap().unwrap();
        assert_eq!((here.thorough, here.place), (false, MapPlace::Here));
        assert!(here.directory.unwrap().ends_with("uploads/maps"));
        let object = settings(&["--delta=always", "--delta-map=object"]).unwrap().unwrap();
        let beside = || MapPlace::Object { prefix: String::new() };
        assert_eq!((object.thorough, object.place), (true, beside()));
        let elsewhere = settings(&["--delta", "--delta-map=object:maps/a:b/"]).unwrap().unwrap();
        assert_eq!(elsewhere.place, MapPlace::Object { prefix: "maps/a:b/".to_owned() });
        assert_eq!(settings(&["--delta", "--state-dir=/d"]).unwrap().unwrap().directory, Some("/d/maps".into()));
    }

    #[test]
    fn what_cannot_be_a_delta_is_refused() {
        for place in ["", "there", "here:maps/", "object:", "objects"] {
            assert_eq!(
                settings(&["--delta", &format!("--delta-map={place}")]).unwrap_err(),
                format!("--delta-map {place:?} is no place for maps; give here, object or object:PREFIX")
            );
        }
        assert_eq!(
            settings(&["--delta", "--service=cdcs"]).unwrap_err(),
            "--delta is for COS: CDCS cannot copy objects; leave it out"
        );
        assert_eq!(
            options(&["-", "-b", BUCKET, "--key=k", "--region=r", "--delta"], &[]).unwrap_err(),
            "--delta is for files: a stream cannot be read again; leave it out with stdin"
        );
        assert_eq!(
            options(&["a", "b", "-b", BUCKET, "--region=r", "--delta", "--publish-together"], &[]).unwrap_err(),
            "--delta and --publish-together exclude each other; leave one of them out"
        );
    }

    #[test]
    fn a_place_for_maps_needs_a_delta() {
        for place in ["here", "object", "object:maps/"] {
            assert_eq!(
                settings(&["--delta-map", place]).unwrap_err(),
                "--delta-map is for uploads with --delta; add --delta, or leave it out"
            );
        }
        // A variable is a default for uploads with --delta.
        let by_variable = |arguments: &[&str], more: &[(&str, &str)]| {
            let variables = [&[("HOME", "/home/u"), ("XDG_STATE_HOME", "/s"), ("COSPUT_DELTA_MAP", "object")], more];
            options(&[&COS, arguments].concat(), &variables.concat()).unwrap().delta.map(|delta| delta.place.name())
        };
        assert_eq!(by_variable(&[], &[]), None);
        assert_eq!(by_variable(&["--delta"], &[]).as_deref(), Some("object"));
        assert_eq!(by_variable(&[], &[("COSPUT_DELTA", "always")]).as_deref(), Some("object"));
    }

    #[test]
    fn a_journal_says_where_the_map_goes() {
        let resumed = |place| resumed(place, Some(Path::new("/d"))).map(|settings| settings.place);
        assert_eq!(resumed(None), None);
        assert_eq!(resumed(Some("here")), Some(MapPlace::Here));
        for name in ["object", "object:maps/"] {
            assert_eq!(resumed(Some(name)).unwrap().name(), name);
        }
        assert_eq!(resumed(Some("elsewhere")), None);
    }
}
