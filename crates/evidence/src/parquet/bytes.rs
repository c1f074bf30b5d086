//! Columns of text, read as the bytes that they are.
//!
//! The decoder gives a whole file up over one text that is not UTF-8; of bytes it asks nothing, and what is
//! wrong with them is said when they are typed, row by row. This must not look at a value.

use std::sync::Arc;

use parquet::basic::{ConvertedType, Repetition, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{FileMetaData, ParquetMetaData};
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

/// Which columns of text are taken as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// Those that the decoder would take for text without holding them against UTF-8.
    Unchecked,
    All,
}

/// The description of a file, changed so that these columns are bytes. Columns that are nested stay.
pub fn as_bytes(metadata: &ParquetMetaData, which: Texts) -> Result<ParquetMetaData, ParquetError> {
    let file = metadata.file_metadata();
    let root = file.schema_descr().root_schema();
    let changed = |field: &TypePtr| {
        let kind = if field.is_primitive() { field.get_basic_info().converted_type() } else { ConvertedType::NONE };
        match kind {
            ConvertedType::JSON => bytes(field),
            ConvertedType::UTF8 if which == Texts::All => bytes(field),
            _ => Ok(Arc::clone(field)),
        }
    };
    let fields = root.get_fields().iter().map(changed).collect::<Result<Vec<_>, _>>()?;
    let root = Type::group_type_builder(root.name()).with_fields(fields).build()?;
    let schema = Arc::new(SchemaDescriptor::new(Arc::new(root)));
    let file = FileMetaData::new(file.version(), file.num_rows(), None, None, schema, None);
    Ok(ParquetMetaData::new(file, metadata.row_groups().to_vec()))
}

fn bytes(field: &TypePtr) -> Result<TypePtr, ParquetError> {
    let info = field.get_basic_info();
    if info.repetition() == Repetition::REPEATED {
        return Ok(Arc::clone(field));
    }
    let plain = Type::primitive_type_builder(info.name(), PhysicalType::BYTE_ARRAY);
    Ok(Arc::new(plain.with_repetition(info.repetition()).build()?))
}
