//! What the modules of this suite share: the descriptors, and valid messages made from them.

use std::sync::LazyLock;

use prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, Value,
};

pub(crate) static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(trivium_proto::FILE_DESCRIPTOR_SET).expect("made by build.rs"));

/// What a field's rules are written in.
pub(crate) static RULES: LazyLock<ExtensionDescriptor> = LazyLock::new(|| {
    let rules = POOL.get_extension_by_name("buf.validate.field");
    rules.expect("imported by the wire")
});

pub(crate) fn message(name: &str) -> MessageDescriptor {
    POOL.get_message_by_name(&format!("trivium.v1.{name}"))
        .unwrap_or_else(|| panic!("no message {name}"))
}

/// A message that keeps every rule: all fields are set, of each oneof the first member.
pub(crate) fn valid(descriptor: &MessageDescriptor) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    // Setting a member of a oneof clears the others, so the first has to come last.
    for field in descriptor.fields().collect::<Vec<_>>().iter().rev() {
        message.set_field(field, valid_value(field));
    }
    message
}

/// A value that keeps the field's rules: lists have two items.
pub(crate) fn valid_value(field: &FieldDescriptor) -> Value {
    assert!(!field.is_map(), "no request has a map");
    let item = valid_item(field);
    if field.is_list() {
        Value::List(vec![item.clone(), item])
    } else {
        item
    }
}

/// The number that a rule of the field gives, such as `len` of `bytes`.
pub(crate) fn rule(field: &FieldDescriptor, kind: &str, name: &str) -> Option<usize> {
    let options = field.options();
    let rules = options.get_extension(&RULES);
    let of_kind = rules.as_message()?.get_field_by_name(kind)?;
    let of_kind = of_kind.as_message()?;
    let set = of_kind.has_field_by_name(name);
    let number = of_kind.get_field_by_name(name)?.as_u64().filter(|_| set)?;
    usize::try_from(number).ok()
}

/// As [`valid_value`], for one item of a list.
pub(crate) fn valid_item(field: &FieldDescriptor) -> Value {
    match field.kind() {
        Kind::Uint32 if field.name() == "extra_ms" => Value::U32(2_000),
        Kind::Double => Value::F64(2.0),
        Kind::Float => Value::F32(2.0),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(2),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(2),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(2),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(2),
        Kind::Bool => Value::Bool(true),
        Kind::String if field.name() == "url" => Value::String("https://a.example".to_owned()),
        Kind::String => Value::String("a".to_owned()),
        Kind::Bytes => {
            let least = ["len", "min_len"]
                .into_iter()
                .find_map(|name| rule(field, "bytes", name));
            Value::Bytes(vec![b'a'; least.unwrap_or(1)].into())
        }
        Kind::Message(descriptor) => Value::Message(valid(&descriptor)),
        Kind::Enum(_) => Value::EnumNumber(2),
    }
}
