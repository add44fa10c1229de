//! Compiles proto/ with protox, so that no protoc is needed, and makes prost types, tonic code, the JSON mapping and
//! the validators of `buf.validate` from it.

use std::{collections::BTreeSet, env, fs, path::Path, path::PathBuf};

use protox::{
    prost::Message as _,
    prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, Value},
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const PACKAGE: &str = "trivium.v1";

fn main() -> Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("trivium/v1"))?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<std::io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|ext| ext == "proto"));
    files.sort();

    let mut compiler = protox::Compiler::new([&root])?;
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(&files)?;
    fs::write(out.join("trivium.binpb"), compiler.encode_file_descriptor_set())?;

    let mut descriptors = compiler.file_descriptor_set();
    // The rules of buf.validate are compiled into validators below; nothing needs its messages as Rust types.
    descriptors.file.retain(|file| file.package() != "buf.validate");
    forget_empty_field_options(&mut descriptors);
    // Requests know their names, from which the call that they belong to follows.
    let mut config = prost_build::Config::new();
    config.enable_type_names().bytes(["."]);
    tonic_prost_build::configure()
        .generate_default_stubs(true)
        // Its `connect` constructor would collide with SessionService.Connect; clients are made from a channel.
        .build_transport(false)
        .compile_fds_with_config(descriptors.clone(), config)?;
    pbjson_build::Builder::new()
        .register_descriptors(&descriptors.encode_to_vec())?
        .build(&[".trivium.v1"])?;
    generate_validators(&compiler.descriptor_pool(), &out)
}

/// Once their extensions are stripped, the options of a field with rules are empty but there, and prost-build reads
/// that as `packed = false` where proto3 packs by default.
fn forget_empty_field_options(descriptors: &mut prost_types::FileDescriptorSet) {
    let fields = descriptors
        .file
        .iter_mut()
        .flat_map(|file| &mut file.message_type)
        .flat_map(|message| &mut message.field);
    for field in fields {
        field
            .options
            .take_if(|options| *options == prost_types::FieldOptions::default());
    }
}

/// Writes `validate_impl.rs`: `Validate` for every request, and for what requests are made of.
///
/// The generator has no answer to rules inside a `oneof`. Messages with one, and messages that contain such a message,
/// are kept from it and are validated in `src/validate.rs` instead. Those of them that are requests are listed in
/// `BY_HAND`, and the build fails when that list is wrong.
fn generate_validators(pool: &DescriptorPool, out: &Path) -> Result<()> {
    const BY_HAND: [&str; 3] = ["CreateQuizRequest", "SubmitAnswerRequest", "UpdateQuizRequest"];
    let requests = requests(pool);
    let (by_hand, generated): (Vec<_>, Vec<_>) = requests.iter().partition(|request| reaches_oneof(request));
    let by_hand: BTreeSet<&str> = by_hand.iter().map(|request| request.name()).collect();
    if by_hand != BTreeSet::from(BY_HAND) {
        return Err(format!("these requests need a validator written by hand: {by_hand:?}").into());
    }

    let mut wanted = BTreeSet::new();
    for request in &generated {
        collect(request, &mut wanted);
    }
    prost_protovalidate_build::Builder::new()
        .file_descriptor_set_bytes(only(pool, &wanted)?)
        .fail_on_runtime_only(true)
        .compile()?;

    // A request without any rule is valid, and the generator passes over it.
    let path = out.join("validate_impl.rs");
    let mut code = fs::read_to_string(&path)?;
    // The generator breaks long lines.
    let words = code.split_whitespace().collect::<Vec<_>>().join(" ");
    for request in generated {
        let head = format!(
            "impl ::prost_protovalidate::Validate for trivium::v1::{} {{",
            request.name()
        );
        if !words.contains(&head) {
            code += &head;
            code += "fn validate(&self) -> Result<(), ::prost_protovalidate::ValidationError> { Ok(()) } }\n";
        }
    }
    Ok(fs::write(path, code)?)
}

/// What clients send: the requests of calls that are not client streams, and what can be said on such a stream.
fn requests(pool: &DescriptorPool) -> Vec<MessageDescriptor> {
    let methods = pool
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>());
    let mut found: Vec<MessageDescriptor> = methods
        .flat_map(|method| {
            if method.is_client_streaming() {
                let input = method.input();
                let members = input.fields().filter(|field| field.containing_oneof().is_some());
                members.filter_map(|field| field.kind().as_message().cloned()).collect()
            } else {
                vec![method.input()]
            }
        })
        .collect();
    found.sort_by(|a, b| a.full_name().cmp(b.full_name()));
    found.dedup();
    found
}

fn reaches_oneof(message: &MessageDescriptor) -> bool {
    let mut reached = BTreeSet::new();
    collect(message, &mut reached);
    let pool = message.parent_pool();
    reached
        .iter()
        .filter_map(|name| pool.get_message_by_name(name))
        .any(|message| message.oneofs().any(|oneof| !oneof.is_synthetic()))
}

/// Adds the full name of `message` and of all that it is made of.
fn collect(message: &MessageDescriptor, names: &mut BTreeSet<String>) {
    if names.insert(message.full_name().to_owned()) {
        for part in message.fields().filter_map(|field| field.kind().as_message().cloned()) {
            collect(&part, names);
        }
    }
}

/// The pool's files as a serialized set in which our package keeps only these messages. They are edited as dynamic
/// messages, because the types of prost-types would drop the rules.
fn only(pool: &DescriptorPool, wanted: &BTreeSet<String>) -> Result<Vec<u8>> {
    let set_type = pool
        .get_message_by_name("google.protobuf.FileDescriptorSet")
        .ok_or("buf/validate/validate.proto imports descriptor.proto")?;
    let mut set = DynamicMessage::decode(set_type, pool.encode_to_vec().as_slice())?;
    let files = set
        .get_field_by_name_mut("file")
        .and_then(Value::as_list_mut)
        .ok_or("a set has files")?;
    for file in files.iter_mut().filter_map(Value::as_message_mut) {
        if file
            .get_field_by_name("package")
            .is_none_or(|package| package.as_str() != Some(PACKAGE))
        {
            continue;
        }
        file.clear_field_by_name("service");
        file.clear_field_by_name("source_code_info");
        if let Some(messages) = file.get_field_by_name_mut("message_type").and_then(Value::as_list_mut) {
            messages.retain(|message| {
                let name = message
                    .as_message()
                    .and_then(|message| message.get_field_by_name("name"));
                name.as_deref()
                    .and_then(Value::as_str)
                    .is_some_and(|name| wanted.contains(&format!("{PACKAGE}.{name}")))
            });
        }
    }
    Ok(set.encode_to_vec())
}
