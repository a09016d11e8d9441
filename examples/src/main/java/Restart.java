import dev.treadle.*;

/// Jobs that are in a file: run it twice, and look at what the second run finds.
record Order(String customer, int amount) {}

record Bill(String number, int amount) {}

final Task<Order, Bill> bill =
    Task.io("bill", Order.class, Bill.class, it -> new Bill("B-" + it.customer(), it.amount()));

void main(String[] args) {
  try (Treadle treadle = Treadle.open(Path.of(args[0]), bill)) {
    for (JobInfo before : treadle.jobs(JobQuery.ALL.task("bill"))) {
      IO.println("before: job " + before.id() + " " + before.state());
    }
    Job<Bill> job = treadle.submit(bill.with(new Order("ada", 40)).key("order-1").once());
    IO.println("job " + job.id() + ": " + job.get());
  }
}
