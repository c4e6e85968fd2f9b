package main

import (
	_ "github.com/a-h/templ"
	_ "github.com/chromedp/chromedp"
	_ "github.com/pocketbase/pocketbase"
	_ "github.com/resend/resend-go/v2"
)

func main() {}
