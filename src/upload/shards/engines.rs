//! The engines that start many machines, and which shard of a plan each gives to this process.
//!
//! Engines number their tasks by variables, some from 0 and some from 1. Exactly one engine must be recognised, or all of them
//! must agree. If the shard cannot be known, it is refused: a guess could send everything, or nothing.

use std::fmt;

use super::unit::Shard;
use crate::language::{Message, Phrase, message, phrase};

/// The variable that any engine can set: `I/N`.
const OWN: &str = "COSPUT_SHARD";

/// How an engine numbers its tasks.
struct Engine {
    name: Phrase,
    /// The variable with the task's number.
    index: &'static str,
    /// The variable with the number of tasks, if it must be the plan's number of shards.
    total: Option<&'static str>,
    /// A variable that must be a number; without it, the index means nothing.
    only_with: Option<&'static str>,
    /// The index that a task has without an array.
    none: Option<&'static str>,
    /// How to number tasks from 1.
    from_one: Option<Phrase>,
}

const fn from_zero(name: Phrase, index: &'static str, total: Option<&'static str>) -> Engine {
    Engine { name, index, total, only_with: None, none: None, from_one: None }
}

const fn from_one(name: Phrase, index: &'static str, mend: Phrase) -> Engine {
    Engine { name, index, total: None, only_with: None, none: None, from_one: Some(mend) }
}

/// The engines that are recognised.
const ENGINES: [Engine; 14] = [
    // The array's count is 1 if one element is submitted again, so it is not compared.
    from_one(phrase!("Slurm array"), "SLURM_ARRAY_TASK_ID", phrase!("submit the array with --array=1-N")),
    // In a batch script SLURM_PROCID is always 0. Only a step has a number as its ID.
    Engine {
        only_with: Some("SLURM_STEP_ID"),
        ..from_zero(phrase!("Slurm step"), "SLURM_PROCID", Some("SLURM_STEP_NUM_TASKS"))
    },
    from_zero(phrase!("Kubernetes Indexed Job"), "JOB_COMPLETION_INDEX", None),
    from_zero(phrase!("Tencent BatchCompute"), "BATCH_TASK_INSTANCE_INDEX", Some("BATCH_TASK_INSTANCE_NUM")),
    from_zero(phrase!("AWS Batch"), "AWS_BATCH_JOB_ARRAY_INDEX", Some("AWS_BATCH_JOB_ARRAY_SIZE")),
    from_one(phrase!("PBS"), "PBS_ARRAY_INDEX", phrase!("submit the array with -J 1-N")),
    from_one(phrase!("Torque"), "PBS_ARRAYID", phrase!("submit the array with -t 1-N")),
    Engine {
        none: Some("0"),
        ..from_one(phrase!("LSF"), "LSB_JOBINDEX", phrase!("submit the array as \"name[1-N]\""))
    },
    Engine {
        none: Some("undefined"),
        ..from_one(phrase!("SGE"), "SGE_TASK_ID", phrase!("submit the array with -t 1-N"))
    },
    from_zero(phrase!("Open MPI"), "OMPI_COMM_WORLD_RANK", Some("OMPI_COMM_WORLD_SIZE")),
    from_zero(phrase!("MPICH"), "PMI_RANK", Some("PMI_SIZE")),
    Engine {
        total: Some("CI_NODE_TOTAL"),
        ..from_one(phrase!("GitLab parallel"), "CI_NODE_INDEX", phrase!("use parallel:"))
    },
    from_zero(phrase!("Buildkite"), "BUILDKITE_PARALLEL_JOB", Some("BUILDKITE_PARALLEL_JOB_COUNT")),
    from_zero(phrase!("CircleCI"), "CIRCLE_NODE_INDEX", Some("CIRCLE_NODE_TOTAL")),
];

/// The shard that the engine gave this process, of a plan with so many shards. `variable` reads the environment. An error
/// says what was found.
pub fn shard_of_engine(variable: impl Fn(&str) -> Option<String>, shards: u32) -> Result<Shard, Message> {
    let mut found: Vec<(Message, Shard)> = Vec::new();
    if let Some(value) = variable(OWN) {
        let shard = value.parse().map_err(|_| {
            message!("{given} is no shard; it is written I/N, from 1/N to N/N", given = format_args!("{OWN}={value}"))
        })?;
        found.push((format!("{OWN}={value}").into(), shard));
    }
    for engine in &ENGINES {
        found.extend(engine.look(&variable, shards)?);
    }
    let Some((_, shard)) = found.first() else {
        return Err(message!(
            "no engine was recognised that says which shard this is; set {variable}=I/N",
            variable = OWN
        ));
    };
    if found.iter().all(|(_, other)| other == shard) {
        return Ok(*shard);
    }
    Err(message!("engines disagree on which shard this is: {opinions}", opinions = Opinions(&found)))
}

/// What each engine says.
struct Opinions<'a>(&'a [(Message, Shard)]);

impl fmt::Display for Opinions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (what, shard)) in self.0.iter().enumerate() {
            if index > 0 {
                phrase!(", ").fmt(f)?;
            }
            message!("{what} means {shard}", what, shard).fmt(f)?;
        }
        Ok(())
    }
}

impl Engine {
    /// What this engine says, if it is there: the variable, and the shard.
    fn look(
        &self,
        variable: impl Fn(&str) -> Option<String>,
        shards: u32,
    ) -> Result<Option<(Message, Shard)>, Message> {
        let Some(value) = variable(self.index).filter(|value| Some(value.as_str()) != self.none) else {
            return Ok(None);
        };
        let is_number = |name: &str| variable(name).is_some_and(|value| value.parse::<u32>().is_ok());
        if self.only_with.is_some_and(|other| !is_number(other)) {
            return Ok(None);
        }
        let what = message!("{engine} ({variable}={value})", engine = self.name, variable = self.index, value = &value);
        let index: u32 = value.parse().map_err(|_| message!("{what}: it is no number", what))?;
        if let Some((name, total)) = self.total(&variable) {
            // One task is no parallel job: it may run within an array.
            if total == 1 && shards != 1 {
                return Ok(None);
            }
            if total != shards {
                return Err(message!(
                    "{what}: it runs {total} tasks ({name}), and the plan has {shards} shards",
                    what,
                    total,
                    name,
                    shards
                ));
            }
        }
        let number = match (index, self.from_one) {
            (0, Some(mend)) => return Err(message!("{what}: shards are numbered from 1; {mend}", what, mend)),
            (number, Some(_)) => number,
            (index, None) => index.saturating_add(1),
        };
        let shard = Shard::new(number, shards).ok_or_else(|| {
            message!("{what}: it means shard {number}, and the plan has {shards} shards", what, number, shards)
        })?;
        Ok(Some((what, shard)))
    }

    fn total(&self, variable: impl Fn(&str) -> Option<String>) -> Option<(&'static str, u32)> {
        let name = self.total?;
        Some((name, variable(name)?.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(variables: &[(&str, &str)], shards: u32) -> Result<String, String> {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        shard_of_engine(variable, shards).map(|shard| shard.to_string()).map_err(|why| why.to_string())
    }

    #[test]
    fn each_engine_is_recognised_by_its_variables() {
        let rows: [(&[(&str, &str)], &str); 16] = [
            (&[("COSPUT_SHARD", "2/4")], "2/4"),
            (&[("SLURM_ARRAY_TASK_ID", "2"), ("SLURM_ARRAY_TASK_COUNT", "1")], "2/4"),
            (&[("SLURM_PROCID", "1"), ("SLURM_STEP_ID", "0"), ("SLURM_STEP_NUM_TASKS", "4")], "2/4"),
            (&[("JOB_COMPLETION_INDEX", "0")], "1/4"),
            (&[("BATCH_TASK_INSTANCE_INDEX", "3"), ("BATCH_TASK_INSTANCE_NUM", "4")], "4/4"),
            (&[("AWS_BATCH_JOB_ARRAY_INDEX", "3"), ("AWS_BATCH_JOB_ARRAY_SIZE", "4")], "4/4"),
            (&[("PBS_ARRAY_INDEX", "4")], "4/4"),
            (&[("PBS_ARRAYID", "4")], "4/4"),
            (&[("LSB_JOBINDEX", "1")], "1/4"),
            (&[("SGE_TASK_ID", "1")], "1/4"),
            (&[("OMPI_COMM_WORLD_RANK", "1"), ("OMPI_COMM_WORLD_SIZE", "4")], "2/4"),
            (&[("PMI_RANK", "1"), ("PMI_SIZE", "4")], "2/4"),
            (&[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "4")], "2/4"),
            (&[("BUILDKITE_PARALLEL_JOB", "2"), ("BUILDKITE_PARALLEL_JOB_COUNT", "4")], "3/4"),
            (&[("CIRCLE_NODE_INDEX", "2"), ("CIRCLE_NODE_TOTAL", "4")], "3/4"),
            (&[("JOB_COMPLETION_INDEX", "1"), ("COSPUT_SHARD", "2/4")], "2/4"),
        ];
        for (variables, shard) in rows {
            assert_eq!(detected(variables, 4), Ok(shard.to_owned()), "{variables:?}");
        }
    }

    #[test]
    fn a_task_within_an_array_that_is_alone_has_the_arrays_number() {
        let step = [
            ("SLURM_ARRAY_TASK_ID", "3"),
            ("SLURM_PROCID", "0"),
            ("SLURM_STEP_ID", "0"),
            ("SLURM_STEP_NUM_TASKS", "1"),
            ("PMI_RANK", "0"),
            ("PMI_SIZE", "1"),
        ];
        assert_eq!(detected(&step, 4), Ok("3/4".to_owned()));
    }

    #[test]
    fn what_cannot_be_known_is_refused() {
        let rows: [(&[(&str, &str)], &str); 12] = [
            (&[], "no engine was recognised"),
            // A batch script that is no array.
            (&[("SLURM_PROCID", "0"), ("SLURM_JOB_ID", "7")], "no engine was recognised"),
            (&[("SLURM_PROCID", "0"), ("SLURM_STEP_ID", "batch")], "no engine was recognised"),
            (&[("LSB_JOBINDEX", "0")], "no engine was recognised"),
            (&[("SGE_TASK_ID", "undefined")], "no engine was recognised"),
            (&[("SLURM_ARRAY_TASK_ID", "0")], "submit the array with --array=1-N"),
            (&[("SLURM_ARRAY_TASK_ID", "5")], "shard 5, and the plan has 4 shards"),
            (&[("JOB_COMPLETION_INDEX", "4")], "shard 5, and the plan has 4 shards"),
            (&[("JOB_COMPLETION_INDEX", "x")], "it is no number"),
            (&[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "8")], "8 tasks (CI_NODE_TOTAL), and the plan has 4 shards"),
            (&[("JOB_COMPLETION_INDEX", "1"), ("SLURM_ARRAY_TASK_ID", "1")], "engines disagree"),
            (&[("COSPUT_SHARD", "5/4")], "COSPUT_SHARD=5/4 is no shard"),
        ];
        for (variables, why) in rows {
            let refused = detected(variables, 4).expect_err("it is refused");
            assert!(refused.contains(why), "{variables:?}: {refused}");
        }
        let two = [
            ("SLURM_ARRAY_TASK_ID", "1"),
            ("SLURM_PROCID", "1"),
            ("SLURM_STEP_ID", "0"),
            ("SLURM_STEP_NUM_TASKS", "2"),
        ];
        assert!(detected(&two, 4).expect_err("two indices").contains("2 tasks"));
    }
}
