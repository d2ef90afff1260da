//! `demo`: a fleet to look at.

use std::io;

use super::{answer::Answer, data::Context, error::CommandError};
use crate::{
    demo::{self, Options},
    serve,
};

pub(super) async fn run(options: &Options, context: &Context) -> Result<Answer, CommandError> {
    demo::run(options, context.json, &mut io::stdout(), serve::asked_to_end()).await?;
    Ok(Answer::said())
}
