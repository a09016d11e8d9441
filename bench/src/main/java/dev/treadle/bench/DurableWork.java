package dev.treadle.bench;

import dev.treadle.Task;
import java.util.List;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/// The job of the durable rows: some 230 bytes of JSON in, some 100 out, and next to no work.
final class DurableWork {
  static final Task<Order, Booked> TASK =
      Task.io("book", Order.class, Booked.class, DurableWork::book);

  private static final ObjectMapper JSON = new JsonMapper();

  private DurableWork() {}

  /// The input.
  public record Order(
      int number, String customer, String address, String note, double sum, List<Integer> items) {
    private static final List<Integer> ITEMS = List.of(1001, 2002, 3003, 4004, 5005);

    static Order of(int number) {
      return new Order(
          number,
          "Marguerite Johansson-Delacroix",
          "12 Rue de la Fontaine, 75016 Paris, France",
          "to be left with the neighbours if nobody opens the door",
          1_234.5,
          ITEMS);
    }
  }

  /// The result.
  public record Booked(int number, String by, String state) {}

  static Booked book(Order order) {
    return new Booked(order.number, "the accounts department", "booked, and to be sent today");
  }

  /// What a peer that stores bytes is given for an input or a result.
  static byte[] json(Object value) {
    return JSON.writeValueAsBytes(value);
  }
}
