"""Writes ../names.txt: the public names of NumPy and those of SciPy that are used most, one a line, for
tests/names.rs, which looks for a function or a hint in the language. Names of the insides of NumPy
and of its types of errors are left out.
"""

from pathlib import Path

import numpy as np

INSIDES = """
ScalarType core ctypeslib exceptions f2py flexible character get_include getbufsize setbufsize lib
mintypecode sctypeDict show_config show_runtime test testing typecodes typing ufunc ndarray
complex256 float128 linalg fft random dtypes
""".split()

SCIPY = {
    "special": """erf erfc erfinv erfcinv gamma gammaln loggamma digamma psi polygamma beta betaln betainc gammainc
        gammaincc comb binom perm factorial expit logit xlogy xlog1py entr rel_entr kl_div softmax log_softmax
        logsumexp ndtr ndtri jv yv iv kv j0 j1 i0 sinc cbrt exp2 expm1 log1p poch""",
    "stats": """norm expon uniform t f chi2 gamma beta poisson binom lognorm cauchy ttest_1samp ttest_ind ttest_rel
        pearsonr spearmanr kendalltau linregress zscore skew kurtosis describe iqr entropy gmean hmean sem rankdata
        mode moment variation chisquare f_oneway trim_mean median_abs_deviation percentileofscore""",
    "signal": """convolve correlate convolve2d correlate2d fftconvolve butter lfilter filtfilt sosfilt find_peaks
        peak_prominences savgol_filter medfilt detrend resample decimate welch periodogram spectrogram stft
        get_window windows chirp sawtooth square argrelextrema unit_impulse""",
    "ndimage": """gaussian_filter gaussian_filter1d uniform_filter median_filter maximum_filter minimum_filter sobel
        laplace convolve correlate rotate shift zoom map_coordinates affine_transform generic_filter grey_dilation
        grey_erosion binary_dilation binary_erosion binary_opening binary_closing center_of_mass sum_labels""",
}


def public(of):
    return [n for n in dir(of) if not n.startswith("_") and n not in INSIDES]


names = public(np)
names += [f"x.{n}" for n in public(np.ndarray)]
names += [f"linalg.{n}" for n in public(np.linalg)]
names += [f"fft.{n}" for n in public(np.fft)]
names += [f"random.{n}" for n in public(np.random.Generator)]
names += [f"{module}.{n}" for module, text in SCIPY.items() for n in text.split()]
text = "# NumPy %s and SciPy, by numpy/generate_names.py.\n" % np.__version__ + "\n".join(sorted(names)) + "\n"
(Path(__file__).parent.parent / "names.txt").write_text(text)
print(len(names), "names")
