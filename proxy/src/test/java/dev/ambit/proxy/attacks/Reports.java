package dev.ambit.proxy.attacks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/// What the test runner reported of the last run of each test class.
final class Reports {
  private static final Path HOME = Path.of("..");
  private static final Pattern METHOD = Pattern.compile("\\w+");

  /// One case that ran.
  ///
  /// @param type simple name of the class
  record Case(String type, String method, boolean passed) {}

  private Reports() {}

  /// Every case of the classes of this package.
  static List<Case> here() throws IOException {
    var cases = new ArrayList<Case>();
    var folder = HOME.resolve("proxy/target/surefire-reports");
    try (var files = Files.list(folder)) {
      for (var file : files.sorted().toList()) {
        if (file.getFileName().toString().matches("TEST-.*\\.attacks\\.\\w+AttacksTest\\.xml")) {
          cases.addAll(read(file));
        }
      }
    }
    return cases;
  }

  /// The cases of one method elsewhere, named as `folder/Class#method`.
  static List<Case> elsewhere(String test) throws IOException {
    var folder = test.substring(0, test.indexOf('/'));
    var type = test.substring(test.indexOf('/') + 1, test.indexOf('#'));
    var method = test.substring(test.indexOf('#') + 1);
    var file = HOME.resolve(folder + "/target/surefire-reports/TEST-" + type + ".xml");
    return read(file).stream().filter(one -> one.method.equals(method)).toList();
  }

  private static List<Case> read(Path file) throws IOException {
    var cases = new ArrayList<Case>();
    try (var in = Files.newInputStream(file)) {
      var found =
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .parse(in)
              .getElementsByTagName("testcase");
      for (int i = 0; i < found.getLength(); i++) {
        if (found.item(i) instanceof Element one) {
          cases.add(of(one));
        }
      }
    } catch (ParserConfigurationException | SAXException unreadable) {
      throw new IOException(file + ": no report", unreadable);
    }
    return cases;
  }

  private static Case of(Element one) {
    var name = METHOD.matcher(one.getAttribute("name"));
    var type = one.getAttribute("classname");
    boolean bad =
        one.getElementsByTagName("failure").getLength() > 0
            || one.getElementsByTagName("error").getLength() > 0
            || one.getElementsByTagName("skipped").getLength() > 0;
    return new Case(
        type.substring(type.lastIndexOf('.') + 1), name.find() ? name.group() : "", !bad);
  }
}
