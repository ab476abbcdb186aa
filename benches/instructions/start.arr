# Start-up, a little of the library, text.
import stats
print(f"{stats.rmse([3.0, 1.0, 2.0], [1.0, 1.0, 1.0]):.1f}", arange(6).reshape((2, 3)).T)
