package dev.ambit.control.credential;

/// How a credential enters a request.
///
/// @param header name of the field, lower-case
/// @param value the whole field value; wiped by whoever takes it
public record Injection(String header, Material value) {}
