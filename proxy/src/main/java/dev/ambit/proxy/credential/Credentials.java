package dev.ambit.proxy.credential;

import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.resolve.Route;
import java.util.concurrent.CompletionStage;

/// Adds the credential of the grant, issued on first use.
public interface Credentials {
  CompletionStage<Outcome<Dispatch>> attach(Route route);
}
