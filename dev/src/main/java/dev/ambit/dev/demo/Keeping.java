package dev.ambit.dev.demo;

/// What to do with a demo that was left running.
final class Keeping {
  private Keeping() {}

  static void tell(Story story, Stage stage, String session) {
    var proxy = "http://127.0.0.1:" + stage.proxy().agents();
    var authority = stage.set().plan().trust().resolve("ca.pem");
    var curl = "  curl -x " + proxy + " --cacert " + authority + " ";
    story.say("");
    story.say(
        story.style().heading("Everything is left running. Session " + session + " is open:"));
    story.say(curl + stage.api("/v1/items"));
    story.say(curl + "-X DELETE " + stage.api("/v1/items/1") + "     # denied");
    story.say(curl + "-d 'a paragraph' " + stage.api("/v1/items") + "     # three times");
    story.say(curl + "-N " + stage.api("/v1/stream") + "     # until the session is closed");
    story.say("");
    story.say("  ./ambit session show " + session);
    story.say("  ./ambit audit show " + session);
    story.say("  ./ambit session close " + session);
    story.say("  ./ambit receipt show " + session + " --save receipt.json");
    story.say(
        "  ./ambit receipt verify receipt.json --key "
            + stage.set().plan().folder().resolve("receipt-key.pem"));
    story.say("");
    story.say("Records: " + stage.set().plan().folder() + "/{issuer,upstream}.jsonl");
    story.say("End it:  ./ambit dev down");
  }
}
