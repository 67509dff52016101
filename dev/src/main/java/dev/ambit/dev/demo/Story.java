package dev.ambit.dev.demo;

import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Text;
import java.io.PrintWriter;

/// Tells what happens, line by line, in aligned columns.
public final class Story {
  private static final int LABEL_WIDTH = 15;
  private static final int TEXT_WIDTH = 92;
  private static final String INDENT = "   ";

  private final PrintWriter out;
  private final Style style;
  private int chapter;
  private volatile boolean silent;

  public Story(PrintWriter out, Style style) {
    this.out = out;
    this.style = style;
  }

  /// Begins: what this is about.
  void title(String title, String sentence) {
    say(style.heading(title));
    say(sentence);
  }

  /// A new chapter: the claim, and in one sentence what is going to happen.
  void chapter(String claim, String sentence) {
    chapter++;
    say("");
    say(style.heading(chapter + "  " + pad(claim, LABEL_WIDTH) + sentence));
  }

  /// Who did or saw what.
  void line(String who, String what) {
    lines(style.faint(pad(who, LABEL_WIDTH)), what);
  }

  /// The end of a chapter.
  void verdict(Claim claim) {
    var held = pad(claim.held() ? "held" : "NOT HELD", LABEL_WIDTH);
    lines(claim.held() ? style.good(held) : style.bad(held), claim.evidence());
  }

  /// A label, and text beside it that is broken between words.
  private void lines(String label, String text) {
    var rest = Text.line(text);
    var begin = label;
    while (rest.length() > TEXT_WIDTH && rest.lastIndexOf(' ', TEXT_WIDTH) > 0) {
      var end = rest.lastIndexOf(' ', TEXT_WIDTH);
      say(INDENT + begin + rest.substring(0, end));
      rest = rest.substring(end + 1);
      begin = " ".repeat(LABEL_WIDTH);
    }
    say(INDENT + begin + rest);
  }

  /// A line of its own.
  void say(String line) {
    if (!silent) {
      out.println(line);
      out.flush();
    }
  }

  /// Nothing more is told: what follows an interruption is no part of the story.
  void hush() {
    silent = true;
  }

  Style style() {
    return style;
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(1, width - text.length()));
  }
}
