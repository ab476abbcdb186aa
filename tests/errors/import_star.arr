from stats import *
