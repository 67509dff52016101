package dev.ambit.proxy.attacks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The rows of the attack matrix that are due or will be: how many inputs each lists, what of it is
/// open, and which tests elsewhere belong to it. Those of this package are found by their names.
final class Matrix {
  private static final String OPAQUE = "proxy/dev.ambit.proxy.decode.OpaqueTest#";
  private static final String SCRUBBING = "placeholders and scrubbing";

  /// One row.
  ///
  /// @param inputs cases that must have run here at least; 0 when all of it is asked of the whole
  ///   system, or waits
  /// @param open what of it waits for something that is not built; empty for nothing
  /// @param elsewhere tests of other packages, as `folder/Class#method`
  record Row(String id, int inputs, String open, List<String> elsewhere) {}

  private Matrix() {}

  static List<Row> rows() {
    var rows = new ArrayList<Row>();
    authority(rows);
    address(rows);
    path(rows);
    framing(rows);
    http2(rows);
    credential(rows);
    exhaustion(rows);
    session(rows);
    rows.sort(Comparator.comparing(Row::id));
    return rows;
  }

  private static void authority(List<Row> rows) {
    rows.add(inSystem("A001"));
    rows.add(due("A002", 1));
    rows.add(due("A003", 1, OPAQUE + "a003PassesNoTlsToANameThatNoTargetHas"));
    rows.add(due("A004", 1, OPAQUE + "a004PassesNoTlsToAnotherHostThanTheTunnels"));
    rows.add(due("A006", 1));
    rows.add(
        due(
            "A007",
            6,
            OPAQUE + "a007PassesNoTlsWithoutAServerName",
            OPAQUE + "a007PassesNoTlsThatMayHideASecondServerName"));
    rows.add(due("A009", 2));
    rows.add(due("A010", 1));
    rows.add(due("A012", 1));
    rows.add(due("A013", 4));
    rows.add(due("A014", 3));
    rows.add(due("A015", 5));
    rows.add(due("A017", 6));
    rows.add(due("A018", 5));
    rows.add(due("A019", 1));
    rows.add(due("A020", 4));
  }

  private static void address(List<Row> rows) {
    rows.add(
        due(
            "A021",
            1,
            "proxy/dev.ambit.proxy.resolve.DnsNameServerTest#a021DialsTheAddressThatWasCheckedAndLooksNothingUpTwice"));
    rows.add(due("A022", 2));
    rows.add(
        due(
            "A024",
            4,
            "proxy/dev.ambit.proxy.ProxyMainTest#a024RefusesASnapshotThatHoldsATargetAtAForbiddenAddress"));
    rows.add(due("A025", 7));
    rows.add(due("A026", 6));
    rows.add(due("A027", 3));
    rows.add(due("A029", 2));
    rows.add(due("A030", 22, "envelope/dev.ambit.envelope.AddressKindTest#a030EveryEdge"));
    rows.add(due("A031", 7));
    rows.add(due("A032", 3));
    rows.add(due("A033", 4));
    rows.add(inSystem("A034"));
    rows.add(due("A035", 6));
    rows.add(
        due(
            "A037",
            5,
            "proxy/dev.ambit.proxy.resolve.DnsNameServerTest#a037RunsNoMoreLookUpsAtOnceThanItsBound"));
    rows.add(due("A038", 1));
  }

  private static void path(List<Row> rows) {
    rows.add(due("A050", 4));
    rows.add(due("A051", 3));
    rows.add(due("A052", 7));
    rows.add(due("A054", 8));
    rows.add(due("A056", 1));
    rows.add(due("A057", 4));
    rows.add(due("A059", 8));
    rows.add(due("A060", 8));
    rows.add(due("A062", 2));
    rows.add(due("A063", 5));
    rows.add(waits("A064", "GraphQL"));
  }

  private static void framing(List<Row> rows) {
    rows.add(due("A080", 2));
    rows.add(due("A081", 3));
    rows.add(due("A083", 11));
    rows.add(due("A084", 3));
    rows.add(due("A085", 9));
    rows.add(due("A086", 6));
    rows.add(due("A088", 6));
    rows.add(due("A089", 6));
    rows.add(due("A091", 2));
    rows.add(due("A092", 5));
    rows.add(due("A093", 1));
    rows.add(due("A095", 2));
    rows.add(due("A096", 5));
    rows.add(
        due(
            "A099",
            8,
            "proxy/dev.ambit.proxy.relay.WebSocketRelayTest#a099PassesNothingThatIsSentBeforeTheAnswerAndReadsItAsNoRequest"));
  }

  private static void http2(List<Row> rows) {
    rows.add(due("A100", 20));
    rows.add(due("A101", 5));
    rows.add(due("A103", 4));
    rows.add(due("A104", 5));
    rows.add(due("A106", 2));
    rows.add(due("A107", 3));
    rows.add(
        due(
            "A108",
            12,
            "proxy/dev.ambit.proxy.relay.WebSocketRelayTest#a108AnswersBadGatewayToASwitchToSomethingElse"));
    rows.add(due("A110", 4));
  }

  private static void credential(List<Row> rows) {
    rows.add(due("A111", 4));
    rows.add(due("A112", 18));
    rows.add(waits("A114", SCRUBBING));
    rows.add(waits("A115", SCRUBBING));
    rows.add(due("A117", 1));
    rows.add(due("A118", 2));
    rows.add(due("A119", 1));
    rows.add(waits("A120", SCRUBBING));
    rows.add(waits("A122", SCRUBBING));
    rows.add(due("A123", 10));
    rows.add(partly("A124", SCRUBBING));
    rows.add(due("A126", 8));
    rows.add(due("A127", 1));
    rows.add(waits("A128", SCRUBBING));
  }

  private static void exhaustion(List<Row> rows) {
    rows.add(due("A140", 1));
    rows.add(due("A141", 3));
    rows.add(due("A142", 2));
    rows.add(due("A144", 1));
    rows.add(due("A145", 2));
    rows.add(
        due(
            "A146",
            5,
            "proxy/dev.ambit.proxy.BoundsTest#a146ClosesATunnelWhoseHandshakeDoesNotGoOn",
            "proxy/dev.ambit.proxy.BoundsTest#a146ClosesATunnelInWhichNothingIsSaid",
            "proxy/dev.ambit.proxy.Http2BoundsTest#a146ClosesOnAHeadThatDoesNotEnd"));
    rows.add(
        due(
            "A148",
            3,
            "proxy/dev.ambit.proxy.decode.TunnelTest#a148ClosesOnAClientHelloThatIsNotOne",
            "proxy/dev.ambit.proxy.trust.LeavesTest#a148KeepsNoMoreContextsThanItsBound"));
    rows.add(
        due(
            "A149",
            8,
            "proxy/dev.ambit.proxy.decode.Http1FramingTest#a149RefusesHeadsBeyondTheirBound"));
    rows.add(
        due(
            "A150",
            7,
            "proxy/dev.ambit.proxy.relay.HttpRelayTest#a150AnswersBadGatewayToWhatIsNoValidAnswer",
            "proxy/dev.ambit.proxy.relay.HttpRelayTest#a150LetsNothingBleedIntoTheNextCall",
            "proxy/dev.ambit.proxy.relay.Http2AnswersTest#a150AnswersBadGatewayToWhatIsNoValidAnswer"));
    rows.add(due("A152", 1));
    rows.add(
        due(
            "A153",
            1,
            "proxy/dev.ambit.proxy.audit.DenialFoldTest#a153CountsDifferentDenialsTogetherOnceTheyAreMoreThanItTellsApart"));
    rows.add(
        due(
            "A154",
            3,
            "resources/dev.ambit.resources.PatternCostTest#a154RefusesNestedCounts",
            "envelope/dev.ambit.envelope.EnvelopeCodecTest#a154RefusesDepthAndSizeBeyondTheBound"));
    rows.add(
        due(
            "A155",
            1,
            "proxy/dev.ambit.proxy.resolve.DnsNameServerTest#a155RemembersABoundedNumberOfNames"));
    rows.add(due("A157", 3));
  }

  private static void session(List<Row> rows) {
    rows.add(due("A160", 1));
    rows.add(partly("A161", "MCP"));
    rows.add(due("A162", 5));
    rows.add(
        due(
            "A164",
            6,
            "proxy/dev.ambit.proxy.relay.HttpRelayTest#a164CutsAStreamAndItsUpstreamWhenTheSessionEnds",
            "proxy/dev.ambit.proxy.relay.WebSocketRelayTest#a164CutsAWebSocketAndSaysWhyWhenTheSessionEnds",
            "proxy/dev.ambit.proxy.relay.WebSocketRelayTest#a164SendsNothingUpstreamOnceTheSessionHasEnded",
            "proxy/dev.ambit.proxy.relay.HttpRelayTest#a164ClosesIdleConnectionsOfAnEndedSession",
            OPAQUE + "a164CutsItWhenItsSessionEnds"));
    rows.add(
        due(
            "A166",
            7,
            "proxy/dev.ambit.proxy.control.LeaseClockTest#isDroppedWhenTheWallClockRanAheadAndNoLaterReadingBringsItBack"));
    rows.add(partly("A167", "step-up"));
    rows.add(due("A168", 6));
    rows.add(due("A170", 6));
    rows.add(waits("A171", "delegation"));
    rows.add(waits("A172", "approval"));
    rows.add(due("A173", 4));
  }

  private static Row due(String id, int inputs, String... elsewhere) {
    return new Row(id, inputs, "", List.of(elsewhere));
  }

  /// What is built of it is tested; the row as a whole waits.
  private static Row partly(String id, String open, String... elsewhere) {
    return new Row(id, 1, open, List.of(elsewhere));
  }

  /// There is no such thing without a kernel that turns connections.
  private static Row inSystem(String id) {
    return new Row(id, 0, "", List.of());
  }

  private static Row waits(String id, String what) {
    return new Row(id, 0, what, List.of());
  }
}
