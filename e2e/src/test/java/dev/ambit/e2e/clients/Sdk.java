package dev.ambit.e2e.clients;

import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The library of one kind of service as an agent, unmodified and with its defaults but for the
/// service's address. All of them are told alike what to do: `ask URL`, `forbidden URL`, `stream
/// URL`, `upload URL FILE`, `version`.
// As with [Client]: settings are copied, and Error Prone asks for annotations to believe it.
@SuppressWarnings("ImmutableEnumChecker")
public enum Sdk implements Listed {
  OPENAI("OpenAI SDK for Python", Setting.by("SSL_CERT_FILE"), "with_openai.py"),
  ANTHROPIC("Anthropic SDK for Python", Setting.by("SSL_CERT_FILE"), "with_anthropic.py"),
  BOTO3("boto3, S3", Setting.by("AWS_CA_BUNDLE"), "with_boto3.py"),
  MCP("MCP SDK for Python", Setting.by("SSL_CERT_FILE"), "with_mcp.py"),
  MCP_NODE("MCP SDK for Node", Setting.by("NODE_EXTRA_CA_CERTS"), "with_mcp_sdk.js");

  private final String title;
  private final Setting trust;
  private final String script;

  Sdk(String title, Setting trust, String script) {
    this.title = title;
    this.trust = trust;
    this.script = script;
  }

  @Override
  public String title() {
    return title;
  }

  /// Tried only where no proxy is known.
  @Override
  public Setting proxy() {
    return Setting.by();
  }

  @Override
  public Setting trust() {
    return trust;
  }

  @Override
  public boolean pinned() {
    return true;
  }

  /// Runs it to its end; returns what it printed. Throws IOException with the library's own words
  /// when it failed.
  public String run(User agent, String... words) throws IOException, InterruptedException {
    var ran = agent.run(words(words));
    if (ran.exit() != 0) {
      throw new IOException(title + ": exit code " + ran.exit() + ": " + ran.err());
    }
    return ran.out().strip();
  }

  /// The words that start it.
  public List<String> words(String... words) throws IOException, InterruptedException {
    var all =
        new ArrayList<>(
            script.endsWith(".js") ? Tools.node("node-24", script) : Tools.python(script));
    all.addAll(List.of(words));
    return all;
  }

  @Override
  public String version() throws IOException, InterruptedException {
    return run(User.ROOT, "version");
  }
}
