package words

var chinese = catalogue{}
