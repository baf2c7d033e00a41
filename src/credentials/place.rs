//! The places where credentials are searched, and their order.

use super::found::Found;
use super::providers::{coscli, coscmd, environment, metadata, oidc, profile, sdk_profile, tccli, web_identity};
use super::settings::Settings;
use crate::cos::CredentialsError;
use crate::language::{Message, message, phrase};

/// One place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Environment,
    Oidc,
    Profile,
    Coscli,
    Coscmd,
    Tccli,
    SdkProfile,
    WebIdentity,
    InstanceMetadata,
}

use Place::{Coscli, Coscmd, Environment, InstanceMetadata, Oidc, Profile, SdkProfile, Tccli, WebIdentity};

const ORDER: [Place; 9] =
    [Environment, Oidc, Profile, Coscli, Coscmd, Tccli, SdkProfile, WebIdentity, InstanceMetadata];

/// A profile that was named comes before the environment.
const PROFILE_FIRST: [Place; 9] =
    [Profile, Environment, Oidc, Coscli, Coscmd, Tccli, SdkProfile, WebIdentity, InstanceMetadata];

impl Place {
    /// The places in order.
    pub(super) fn order(settings: &Settings) -> [Self; 9] {
        if settings.profile.is_some() { PROFILE_FIRST } else { ORDER }
    }

    /// Looks at the place. Reads only variables and files; programs and servers are asked later.
    pub(super) fn look(self, settings: &Settings) -> Result<Option<Found>, CredentialsError> {
        let environment = &settings.environment;
        match self {
            Environment => environment::look(environment),
            Oidc => oidc::look(environment),
            Profile => Ok(profile::read(&settings.choice(), environment)?.and_then(|profile| profile.found)),
            Coscli => coscli::look(environment),
            Coscmd => coscmd::look(environment),
            Tccli => tccli::look(environment),
            SdkProfile => sdk_profile::look(environment),
            WebIdentity => web_identity::look(environment),
            InstanceMetadata => metadata::look(environment),
        }
    }

    /// What to do about an error of this place: the hint names the place, and how to search without it.
    pub(super) fn hint(self, settings: &Settings) -> Option<Message> {
        let file = |path: Message| Some(message!("correct {path}, or rename it to search without it", path));
        match self {
            Environment => Some(message!("correct these variables, or unset them to search without them")),
            Oidc => Some(message!("unset TENCENTCLOUD_ASSUME_ROLE_PROVIDER_ID to search without the OIDC token")),
            Profile => Some(message!(
                "correct {profile}, or choose another with --profile",
                profile = settings.choice().describe()
            )),
            Coscli => file("~/.cos.yaml".into()),
            Coscmd => file("~/.cos.conf".into()),
            Tccli => file(phrase!("tccli's files in ~/.tccli").into()),
            SdkProfile => file("~/.tencentcloud/credentials".into()),
            WebIdentity => Some(message!("unset TKE_ROLE_ARN to search without the pod's identity")),
            InstanceMetadata => None,
        }
    }

    /// The name of the place, for the message that nothing was found.
    pub(super) fn name(self, settings: &Settings) -> Message {
        match self {
            Environment => message!("the environment (COS_SECRET_ID, TENCENTCLOUD_SECRET_ID)"),
            Oidc => oidc::NAME.into(),
            Profile => settings.choice().describe(),
            Coscli => coscli::NAME.into(),
            Coscmd => coscmd::NAME.into(),
            Tccli => tccli::NAME.into(),
            SdkProfile => sdk_profile::NAME.into(),
            WebIdentity => web_identity::NAME.into(),
            InstanceMetadata => metadata::NAME.into(),
        }
    }
}
