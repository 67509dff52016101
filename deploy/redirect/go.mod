module dev.ambit/redirect

go 1.24
