/// OAuth 2.0 client credentials with revocation and introspection as a credential provider.
@NullMarked
package dev.ambit.control.credential.oauth;

import org.jspecify.annotations.NullMarked;
