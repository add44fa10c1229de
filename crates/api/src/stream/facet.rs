//! What a stream hears and may ask.

use trivium_engine::Feature;
use trivium_proto::v1::connect_request::Request;
use trivium_runtime::subscription::Features;

/// One streaming method.
#[derive(Debug)]
pub(crate) struct Facet {
    /// Full name of the method, with the leading slash.
    pub(crate) path: &'static str,
    /// The features it hears.
    pub(crate) features: Features,
    /// Server streaming: one request, and nothing more from the client.
    pub(crate) watches: bool,
    /// Which requests it takes beside hello, subscribe, unsubscribe, pong, sync_clock, authenticate and join_room.
    pub(crate) takes: fn(&Request) -> bool,
}

/// Every streaming method.
pub(crate) static FACETS: [Facet; 5] = [
    Facet {
        path: "/trivium.v1.SessionService/Connect",
        features: Features::ALL,
        watches: false,
        takes: |_| true,
    },
    Facet {
        path: "/trivium.v1.SessionService/Watch",
        features: Features::ALL,
        watches: true,
        takes: |_| false,
    },
    Facet {
        path: "/trivium.v1.QuizService/Play",
        features: Features::only(Feature::Quiz),
        watches: false,
        takes: |request| {
            matches!(
                request,
                Request::SubmitAnswer(_) | Request::ReportLoaded(_) | Request::ReportDrawn(_)
            )
        },
    },
    Facet {
        path: "/trivium.v1.ChatService/Converse",
        features: Features::only(Feature::Chat),
        watches: false,
        takes: |request| {
            matches!(
                request,
                Request::SendMessage(_)
                    | Request::EditMessage(_)
                    | Request::DeleteMessage(_)
                    | Request::SetReaction(_)
                    | Request::ListMessages(_)
                    | Request::GetMessage(_)
                    | Request::ListMessageEdits(_)
                    | Request::SetPin(_)
                    | Request::ListPins(_)
                    | Request::Broadcast(_)
                    | Request::SendSealedMessage(_)
                    | Request::RequestResend(_)
                    | Request::SearchMessages(_)
                    | Request::SetTyping(_)
                    | Request::Acknowledge(_)
                    | Request::SetReceiptPrivacy(_)
                    | Request::ListReceipts(_)
                    | Request::GetMessageReceipts(_)
                    | Request::GetModeration(_)
                    | Request::UpdateModeration(_)
                    | Request::TestFilter(_)
                    | Request::MuteMember(_)
                    | Request::UnmuteMember(_)
                    | Request::ListHeldMessages(_)
                    | Request::ResolveMessage(_)
                    | Request::ReportMessage(_)
                    | Request::ListReports(_)
                    | Request::ResolveReport(_)
                    | Request::ListAudit(_)
            )
        },
    },
    Facet {
        path: "/trivium.v1.PresenceService/Track",
        features: Features::only(Feature::Presence),
        watches: false,
        takes: |request| {
            matches!(
                request,
                Request::SetPresence(_) | Request::ListPresence(_) | Request::RaiseHand(_) | Request::ListActivity(_)
            )
        },
    },
];
