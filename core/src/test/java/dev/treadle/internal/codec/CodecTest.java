package dev.treadle.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Type;
import java.io.File;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Currency;
import java.util.Date;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every common type of the JDK as a value: it comes back as it was, or is refused with a reason.
class CodecTest {
  enum Color {
    RED,
    GREEN
  }

  record Point(int x, int y) {}

  record Holder<T>(T value) {}

  record Order(String customer, List<Line> lines) {}

  record Line(Object price) {}

  record Bytes(byte[] data, int[][] grid, char[] text) {}

  record Names(@Nullable String first, Optional<String> second) {}

  sealed interface Shape {}

  record Circle(double r) implements Shape {}

  record Square(double a) implements Shape {}

  /// Says nothing of its secret.
  public static final class Account {
    public String owner = "";
    private int secret;

    Account secret(int value) {
      secret = value;
      return this;
    }

    int secret() {
      return secret;
    }
  }

  private static Arguments of(Object value, Type<?> type) {
    return Arguments.of(value, type);
  }

  static List<Arguments> valuesThatComeBack() throws Exception {
    ZonedDateTime overlap =
        ZonedDateTime.ofLocal(
            LocalDateTime.of(2026, 10, 25, 2, 30),
            ZoneId.of("Europe/Berlin"),
            ZoneOffset.ofHours(1));
    return List.of(
        of(true, Type.of(Boolean.class)),
        of((byte) -1, Type.of(Byte.class)),
        of((short) 300, Type.of(Short.class)),
        of('ü', Type.of(Character.class)),
        of(7, Type.of(Integer.class)),
        of(7, Type.of(Object.class)),
        of(Long.MIN_VALUE, Type.of(Long.class)),
        of(0.1f, Type.of(Float.class)),
        of(Double.NaN, Type.of(Double.class)),
        of(Double.NEGATIVE_INFINITY, Type.of(Double.class)),
        of(-0.0, Type.of(Double.class)),
        of(new Holder<>(Double.NaN), new Type<Holder<Double>>() {}),
        of(new BigInteger("9".repeat(1_001)), Type.of(BigInteger.class)),
        of(new BigDecimal("1.00"), Type.of(BigDecimal.class)),
        of(new BigDecimal("1E+400"), Type.of(BigDecimal.class)),
        of("", Type.of(String.class)),
        of(new Holder<>("\ud800"), new Type<Holder<String>>() {}),
        of("\u0000\"\\", new Type<String>() {}),
        of(Color.GREEN, Type.of(Color.class)),
        of(DayOfWeek.MONDAY, Type.of(DayOfWeek.class)),
        of(new Point(1, 2), Type.of(Point.class)),
        of(
            new Bytes(new byte[] {1, -1}, new int[][] {{1}, {}}, "ab".toCharArray()),
            Type.of(Bytes.class)),
        of(new Names(null, Optional.of("x")), Type.of(Names.class)),
        of(new Names("", Optional.empty()), Type.of(Names.class)),
        of(List.of(new Point(1, 2)), new Type<List<Point>>() {}),
        of(Set.of(1, 2, 3), new Type<Set<Integer>>() {}),
        of(Map.of("a", new Point(1, 2)), new Type<Map<String, Point>>() {}),
        of(Map.of(1, "a"), new Type<Map<Integer, String>>() {}),
        of(Map.of(Color.RED, 1), new Type<Map<Color, Integer>>() {}),
        of(Map.of(UUID.randomUUID(), 1), new Type<Map<UUID, Integer>>() {}),
        of(new TreeMap<>(Map.of("b", 1, "a", 2)), new Type<SortedMap<String, Integer>>() {}),
        of(new EnumMap<>(Map.of(Color.RED, 1)), new Type<EnumMap<Color, Integer>>() {}),
        of(EnumSet.of(Color.RED), new Type<EnumSet<Color>>() {}),
        of(
            new ConcurrentHashMap<>(Map.of("a", 1)),
            new Type<ConcurrentHashMap<String, Integer>>() {}),
        of(new ArrayDeque<>(List.of(1, 2)), new Type<Deque<Integer>>() {}),
        of(Optional.of(1), new Type<Optional<Integer>>() {}),
        of(OptionalInt.of(1), Type.of(OptionalInt.class)),
        of(new int[] {1, 2}, Type.of(int[].class)),
        of(new String[] {"a", null}, Type.of(String[].class)),
        of(Instant.parse("2026-01-01T00:00:00.123456789Z"), Type.of(Instant.class)),
        of(Instant.MAX, Type.of(Instant.class)),
        of(LocalDate.of(-1, 1, 1), Type.of(LocalDate.class)),
        of(LocalTime.MAX, Type.of(LocalTime.class)),
        of(LocalDateTime.of(2026, 1, 1, 0, 0), Type.of(LocalDateTime.class)),
        of(OffsetDateTime.parse("2026-01-01T12:00+05:30"), Type.of(OffsetDateTime.class)),
        of(OffsetTime.parse("12:00+05:30"), Type.of(OffsetTime.class)),
        of(overlap, Type.of(ZonedDateTime.class)),
        of(ZonedDateTime.now(ZoneId.of("UTC")), Type.of(ZonedDateTime.class)),
        of(ZonedDateTime.now(ZoneOffset.UTC), Type.of(ZonedDateTime.class)),
        of(new Holder<>(overlap), new Type<Holder<ZonedDateTime>>() {}),
        of(Duration.ofNanos(-1), Type.of(Duration.class)),
        of(Duration.ofSeconds(Long.MAX_VALUE), Type.of(Duration.class)),
        of(Period.of(1, -2, 3), Type.of(Period.class)),
        of(Year.of(2026), Type.of(Year.class)),
        of(YearMonth.of(2026, 2), Type.of(YearMonth.class)),
        of(MonthDay.of(2, 29), Type.of(MonthDay.class)),
        of(ZoneId.of("Europe/Berlin"), Type.of(ZoneId.class)),
        of(ZoneOffset.ofHours(-3), Type.of(ZoneOffset.class)),
        of(new Date(1), Type.of(Date.class)),
        of(new UUID(1, 2), Type.of(UUID.class)),
        of(URI.create("http://a/b?c=%20#d"), Type.of(URI.class)),
        of(Path.of("x/y"), Type.of(Path.class)),
        of(Path.of("/x y/ü"), Type.of(Path.class)),
        of(new Holder<>(Path.of("x")), new Type<Holder<Path>>() {}),
        of(new File("x/y"), Type.of(File.class)),
        of(Locale.forLanguageTag("de-CH"), Type.of(Locale.class)),
        of(Currency.getInstance("CHF"), Type.of(Currency.class)),
        of(TimeZone.getTimeZone("Europe/Berlin"), Type.of(TimeZone.class)),
        of(StandardCharsets.UTF_8, new Type<java.nio.charset.Charset>() {}),
        of(Pattern.compile("a+"), Type.of(Pattern.class)),
        of(new AtomicInteger(3), Type.of(AtomicInteger.class)),
        of(new StringBuilder("abc"), Type.of(StringBuilder.class)),
        of(new Account(), Type.of(Account.class)),
        of(Map.of("a", List.of(1, "b", true)), Type.of(Object.class)));
  }

  @ParameterizedTest
  @MethodSource("valuesThatComeBack")
  void valueComesBackAsItWas(Object value, Type<?> type) {
    Payload payload = Codec.encode(value, type.type(), "the input");

    Object back = Codec.decode(payload, type.type(), "the input");

    assertThat(RoundTrip.between(value, back)).isNull();
  }

  static List<Arguments> valuesThatDoNotComeBack() throws Exception {
    Map<Point, Integer> byPoint = Map.of(new Point(1, 2), 3);
    BitSet bits = BitSet.valueOf(new long[] {5});
    GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("Europe/Berlin"));
    Map<String, Object> own = new LinkedHashMap<>();
    own.put("own", own);
    return List.of(
        of(bits, Type.of(BitSet.class)),
        of(new Holder<>(bits), new Type<Holder<BitSet>>() {}),
        of(new Circle(1), Type.of(Shape.class)),
        of(List.of(new Circle(1)), new Type<List<Shape>>() {}),
        of(byPoint, new Type<Map<Point, Integer>>() {}),
        of(5L, Type.of(Object.class)),
        of(new Point(1, 2), Type.of(Object.class)),
        of(new Holder<Object>(5L), new Type<Holder<Object>>() {}),
        of(Map.of("a", new HashSet<>(List.of(1))), Type.of(Object.class)),
        of(new Timestamp(1), new Type<Comparable<Date>>() {}),
        of(calendar, Type.of(GregorianCalendar.class)),
        of(new Random(1), Type.of(Random.class)),
        of(Pattern.compile("a", Pattern.CASE_INSENSITIVE), Type.of(Pattern.class)),
        of(Pattern.compile("a", Pattern.CASE_INSENSITIVE), Type.of(Serializable.class)),
        of(
            new TreeMap<String, Integer>(Comparator.reverseOrder()),
            new Type<SortedMap<String, Integer>>() {}),
        of(new Account().secret(7), Type.of(Account.class)),
        of(own, new Type<Map<String, Object>>() {}),
        of(new Object(), Type.of(Object.class)),
        of(new byte[1], Type.of(Serializable.class)),
        of(Thread.currentThread(), Type.of(Thread.class)),
        of(InetAddress.getByAddress("a.example", new byte[] {1, 2, 3, 4}), Type.of(Object.class)));
  }

  @ParameterizedTest
  @MethodSource("valuesThatDoNotComeBack")
  void valueThatWouldComeBackAsAnotherIsRefused(Object value, Type<?> type) {
    assertThatThrownBy(() -> Codec.encode(value, type.type(), "the input of task x"))
        .isInstanceOf(Codec.Unfit.class)
        .hasMessageStartingWith("the input of task x cannot be carried as bytes")
        .hasMessageContaining("; make it a record of plain values")
        .hasMessageNotContainingAny("Source:", "REDACTED", "Feature");
  }

  @Test
  void refusalNamesThePathOfTheField() {
    Order order = new Order("ada", List.of(new Line(1), new Line(5L)));

    assertThatThrownBy(() -> Codec.encode(order, Order.class, "the input"))
        .hasMessageContaining(
            "field lines[1].price: java.lang.Long 5 comes back as java.lang.Integer");
  }

  static List<Arguments> changesThatDoNotFit() {
    return List.of(
        Arguments.of("{\"value\":19.99}", new Type<Holder<Integer>>() {}),
        Arguments.of("{\"value\":19.0}", new Type<Holder<Integer>>() {}),
        Arguments.of("{\"value\":19.99}", new Type<Holder<Long>>() {}),
        Arguments.of("{\"value\":19.99}", new Type<Holder<BigInteger>>() {}),
        Arguments.of("{\"value\":2}", new Type<Holder<Boolean>>() {}),
        Arguments.of("{\"value\":1}", new Type<Holder<Boolean>>() {}),
        Arguments.of("{\"value\":\"true\"}", new Type<Holder<Boolean>>() {}),
        Arguments.of("{\"value\":true}", new Type<Holder<Integer>>() {}),
        Arguments.of("{\"value\":\"5\"}", new Type<Holder<Integer>>() {}),
        Arguments.of("{\"value\":\"\"}", new Type<Holder<Integer>>() {}),
        Arguments.of("{\"value\":\"5.5\"}", new Type<Holder<Double>>() {}),
        Arguments.of("{\"value\":\"5.5\"}", new Type<Holder<BigDecimal>>() {}),
        Arguments.of("{\"value\":true}", new Type<Holder<Double>>() {}),
        Arguments.of("{\"value\":5}", new Type<Holder<String>>() {}),
        Arguments.of("{\"value\":5.5}", new Type<Holder<String>>() {}),
        Arguments.of("{\"value\":true}", new Type<Holder<String>>() {}),
        Arguments.of("{\"value\":1}", new Type<Holder<Color>>() {}),
        Arguments.of("{\"value\":\"1\"}", new Type<Holder<Color>>() {}),
        Arguments.of("{\"value\":\"\"}", new Type<Holder<Color>>() {}),
        Arguments.of("{\"value\":\"BLUE\"}", new Type<Holder<Color>>() {}),
        Arguments.of("{\"value\":300}", new Type<Holder<Byte>>() {}),
        Arguments.of("{\"value\":65}", new Type<Holder<Character>>() {}),
        Arguments.of("{\"value\":3000000000}", new Type<Holder<Integer>>() {}),
        Arguments.of("{\"value\":5}", new Type<Holder<LocalDate>>() {}),
        Arguments.of("{\"value\":\"\"}", new Type<Holder<LocalDate>>() {}),
        Arguments.of("{\"value\":\"\"}", new Type<Holder<Point>>() {}),
        Arguments.of("{\"value\":5}", new Type<Holder<List<Integer>>>() {}),
        Arguments.of("{\"value\":[5]}", new Type<Holder<Integer>>() {}),
        Arguments.of("{\"value\":{\"x\":null,\"y\":1}}", new Type<Holder<Point>>() {}));
  }

  @ParameterizedTest
  @MethodSource("changesThatDoNotFit")
  void storedValueIsNotBentIntoANewType(String json, Type<?> type) {
    Payload payload = new Payload(Payload.Kind.JSON, json.getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> Codec.decode(payload, type.type(), "the input"))
        .isInstanceOf(Codec.Unfit.class)
        .hasMessageStartingWith("the input does not come back as")
        .hasMessageContaining("field value")
        .hasMessageNotContainingAny("Source:", "REDACTED", "Feature", "coercion");
  }

  @Test
  void newAndMissingFieldsAreTaken() {
    Payload more =
        new Payload(
            Payload.Kind.JSON, "{\"x\":1,\"y\":2,\"z\":3}".getBytes(StandardCharsets.UTF_8));
    Payload less =
        new Payload(Payload.Kind.JSON, "{\"second\":\"b\"}".getBytes(StandardCharsets.UTF_8));
    Payload wider =
        new Payload(Payload.Kind.JSON, "{\"value\":5}".getBytes(StandardCharsets.UTF_8));

    assertThat(Codec.decode(more, Point.class, "it")).isEqualTo(new Point(1, 2));
    assertThat(Codec.decode(less, Names.class, "it")).isEqualTo(new Names(null, Optional.of("b")));
    assertThat(Codec.decode(wider, new Type<Holder<Double>>() {}.type(), "it"))
        .isEqualTo(new Holder<>(5.0));
  }
}
