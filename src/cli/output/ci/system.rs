//! Which CI system runs the job.

use crate::cli::process::world::Variables;

/// A system whose commands cosput prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    /// GitHub Actions, and runners that follow it, such as Gitea's and `act`.
    Github,
    /// GitLab CI.
    Gitlab,
}

/// The system that set these variables.
pub(crate) fn system(variables: &Variables) -> Option<System> {
    let set = |name| variables.get(name).is_some_and(|value| value == "true");
    match () {
        () if set("GITHUB_ACTIONS") => Some(System::Github),
        () if set("GITLAB_CI") => Some(System::Gitlab),
        () => None,
    }
}

/// True if a CI system runs the program, whichever it is.
pub(crate) fn in_ci(variables: &Variables) -> bool {
    variables.get("CI").is_some() || variables.any_begins("CODING_") || system(variables).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_known_by_its_variable() {
        let variables = |name: &str, value: &str| [(name, value)].into_iter().collect::<Variables>();
        assert_eq!(system(&variables("GITHUB_ACTIONS", "true")), Some(System::Github));
        assert_eq!(system(&variables("GITLAB_CI", "true")), Some(System::Gitlab));
        assert_eq!(system(&variables("GITHUB_ACTIONS", "false")), None);
        assert_eq!(system(&variables("CI", "true")), None);
        for (name, value) in [("CI", "1"), ("CODING_JOB_NAME", "build"), ("GITLAB_CI", "true")] {
            assert!(in_ci(&variables(name, value)), "{name}");
        }
        assert!(!in_ci(&variables("HOME", "/")));
    }
}
